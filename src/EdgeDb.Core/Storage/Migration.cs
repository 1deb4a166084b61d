namespace EdgeDb.Core.Storage;

/// <summary>One forward step of the schema.</summary>
/// <param name="Version">1, 2, 3, …; the file's <c>user_version</c> after it.</param>
/// <param name="Name">What it does, for people.</param>
/// <param name="Sql">Statements that run in one transaction; no BEGIN or COMMIT.</param>
public sealed record Migration(int Version, string Name, string Sql)
{
    /// <summary>
    /// FNV-1a (64 bit) of the text in lower-case hexadecimal: finds a change by mistake. A cryptographic hash would load the
    /// cryptographic library (3 MB) at every start. Line ends are taken as LF, so that a checkout on Windows is no change.
    /// </summary>
    internal string Hash()
    {
        var hash = 0xcbf29ce484222325;
        foreach (var character in Sql.ReplaceLineEndings("\n"))
            hash = unchecked((hash ^ character) * 0x100000001b3);
        return hash.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
    }
}
