using System.Security.Cryptography;
using System.Text;

namespace EdgeDb.Core.Storage;

/// <summary>One forward step of the schema.</summary>
/// <param name="Version">1, 2, 3, …; the file's <c>user_version</c> after it.</param>
/// <param name="Name">What it does, for people.</param>
/// <param name="Sql">Statements that run in one transaction; no BEGIN or COMMIT.</param>
public sealed record Migration(int Version, string Name, string Sql)
{
    /// <summary>SHA-256 of the text in lower-case hexadecimal. Line ends are taken as LF, so that a checkout on Windows is no change.</summary>
    internal string Hash() =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));
}
