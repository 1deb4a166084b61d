using System.Text;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Audit;

/// <summary>A row of <c>audit_entry</c>, whose columns its comments explain.</summary>
internal sealed record AuditRow(long Sequence, long At, long Boot, string Kind, string Actor, long Personal, byte[]? Who, byte[] What)
{
    public const string Columns = "sequence, at, boot, kind, actor, personal, who, what, hash";

    /// <summary>Reads <see cref="Columns"/>, but the hash.</summary>
    public static AuditRow Read(SqliteStatement row) => new(
        row.Int64(0), row.Int64(1), row.Int64(2), row.Text(3)!, row.Text(4)!, row.Int64(5), row.IsNull(6) ? null : row.Blob(6).ToArray(), row.Blob(7).ToArray());

    /// <summary>A detail may be missing because the person was erased.</summary>
    public bool IsPersonal(AuditPart part) => (Personal & (long)part) != 0;

    /// <summary>The hash of the entry: over the one before it and everything in this row. Texts and commitments have their length before them, so that no two rows make one input.</summary>
    public byte[] Hash(ReadOnlySpan<byte> previous)
    {
        var hash = new Sha256();
        hash.Add("edgedb.audit.entry"u8);
        hash.Add(previous);
        hash.Add(Sequence);
        hash.Add(At);
        hash.Add(Boot);
        Add(hash, Encoding.UTF8.GetBytes(Kind));
        Add(hash, Encoding.UTF8.GetBytes(Actor));
        hash.Add(Personal);
        Add(hash, Who ?? []);
        Add(hash, What);
        return hash.End();
    }

    private static void Add(Sha256 hash, byte[] bytes)
    {
        hash.Add(bytes.Length);
        hash.Add(bytes);
    }
}
