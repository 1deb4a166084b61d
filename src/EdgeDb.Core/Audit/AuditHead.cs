using System.Globalization;
using System.Text;
using EdgeDb.Core.Security;

namespace EdgeDb.Core.Audit;

/// <summary>
/// The newest entry, as <c>SEQUENCE:HASH</c>. A chain tells of everything but that its newest entries were cut off; who has noted its head can tell that too. The service notes it beside the
/// database; a person may note it anywhere.
/// </summary>
/// <param name="Sequence">0 for none.</param>
/// <param name="Hash">Zeros for none.</param>
internal sealed record AuditHead(long Sequence, byte[] Hash)
{
    /// <summary>Before the first entry.</summary>
    public static AuditHead None { get; } = new(0, new byte[Sha256.HashBytes]);

    /// <summary>Where the service notes it.</summary>
    public static string PathOf(string databasePath) => databasePath + ".audit-head";

    /// <summary>Null where none was noted, or the note cannot be read.</summary>
    public static AuditHead? Noted(string databasePath)
    {
        var path = PathOf(databasePath);
        return File.Exists(path) && TryParse(File.ReadAllText(path).Trim(), out var head) ? head : null;
    }

    /// <summary>Notes it beside the database.</summary>
    public void Note(string databasePath) => KeyFile.Write(PathOf(databasePath), Encoding.ASCII.GetBytes(ToString() + "\n"));

    public static bool TryParse(string text, out AuditHead head)
    {
        head = None;
        if (text.Split(':') is not [var sequence, var hash] || hash.Length != 2 * Sha256.HashBytes || !hash.All(char.IsAsciiHexDigitLower)
            || !long.TryParse(sequence, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return false;
        head = new(number, Convert.FromHexString(hash));
        return true;
    }

    public bool Equals(AuditHead? other) => other is not null && Sequence == other.Sequence && Hash.AsSpan().SequenceEqual(other.Hash);

    public override int GetHashCode() => Sequence.GetHashCode();

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Sequence}:{Convert.ToHexStringLower(Hash)}");
}
