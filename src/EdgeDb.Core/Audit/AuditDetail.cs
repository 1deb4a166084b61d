using System.Text;

namespace EdgeDb.Core.Audit;

/// <summary>One of the two details of an entry, as it is stored.</summary>
/// <param name="Part">Which.</param>
/// <param name="Owner">Whose key seals it; null when it is no person's.</param>
/// <param name="Value">Sealed; without an owner <see cref="SaltBytes"/> of salt and the text.</param>
internal sealed record AuditDetail(AuditPart Part, string? Owner, byte[] Value)
{
    public const int SaltBytes = 16;

    /// <summary>
    /// Its hash, for the chain. Of what is stored and not of what it says, so that checking needs no key, and no stored byte is left out. It tells nothing of an erased
    /// detail: whoever tries texts would also need the key, or the salt.
    /// </summary>
    public byte[] Commitment()
    {
        var hash = new Sha256();
        hash.Add("edgedb.audit.detail"u8);
        hash.Add((long)Part);
        var owner = Encoding.UTF8.GetBytes(Owner ?? "");
        hash.Add(owner.Length);
        hash.Add(owner);
        hash.Add(Value);
        return hash.End();
    }
}
