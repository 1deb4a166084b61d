using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;

namespace EdgeDb.BrowserTests;

/// <summary>What an authenticator app computes (RFC 6238), by the real time.</summary>
internal static class AuthenticatorApp
{
    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>The code of now.</summary>
    /// <param name="key">As it is shown; blanks do not matter.</param>
    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "HMAC-SHA-1 is what all such apps compute.")]
    public static string Code(string key)
    {
        var secret = new List<byte>();
        var (bits, count) = (0, 0);
        foreach (var c in key.Where(char.IsAsciiLetterOrDigit))
        {
            (bits, count) = (((bits << 5) | Base32.IndexOf(c, StringComparison.Ordinal)) & 0xFFF, count + 5);
            if (count < 8)
                continue;
            count -= 8;
            secret.Add((byte)(bits >> count));
        }

        Span<byte> step = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(step, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 30);
        Span<byte> hash = stackalloc byte[20];
        HMACSHA1.HashData([.. secret], step, hash);
        var number = BinaryPrimitives.ReadUInt32BigEndian(hash[(hash[19] & 15)..]) & 0x7FFFFFFF;
        return (number % 1_000_000).ToString("000000", CultureInfo.InvariantCulture);
    }
}
