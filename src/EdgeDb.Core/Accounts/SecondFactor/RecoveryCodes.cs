using System.Security.Cryptography;
using System.Text;
using EdgeDb.Core.Security;

namespace EdgeDb.Core.Accounts;

/// <summary>
/// Codes instead of the second factor for who has lost the phone: ten, each good once. With 80 random bits each a plain SHA-256 is enough at rest; a slow
/// hash protects what people choose.
/// </summary>
internal static class RecoveryCodes
{
    /// <summary>Codes of an account.</summary>
    public const int Count = 10;

    /// <summary>Characters of a code, 5 bits each.</summary>
    public const int Characters = 16;

    /// <summary>New codes, to be shown once.</summary>
    public static IReadOnlyList<string> New() => [.. Enumerable.Range(0, Count).Select(static _ => ReadableCode.New(Characters))];

    /// <summary>What is stored of a code: with the account, so that one stolen hash fits nowhere else. Null when it is no code.</summary>
    public static byte[]? Hash(string accountId, string typed) =>
        ReadableCode.Read(typed, Characters) is { } code ? SHA256.HashData(Encoding.UTF8.GetBytes($"{accountId}/{code}")) : null;
}
