using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using EdgeDb.Core.Security;

namespace EdgeDb.Core.Accounts;

/// <summary>
/// Time-based one-time passwords (RFC 6238): six digits, 30 seconds, HMAC-SHA-1, the only parameters that every authenticator app understands. The step before and the
/// one after are taken too (§5.2), so clocks may differ by half a minute.
/// </summary>
internal static class Totp
{
    /// <summary>Bytes of a secret: the length of the hash, as RFC 4226 §4 recommends.</summary>
    public const int SecretBytes = 20;

    /// <summary>Digits of a code.</summary>
    public const int Digits = 6;

    private const int StepSeconds = 30;

    /// <summary>A new secret.</summary>
    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(SecretBytes);

    /// <summary>
    /// The step whose code this is, or null. A step at or before <paramref name="lastStep"/> is never taken: a code that was looked at over
    /// the shoulder is of no use once it has been entered.
    /// </summary>
    /// <param name="secret">The secret.</param>
    /// <param name="code">What was entered; blanks are left out.</param>
    /// <param name="now">The wall clock, as the other side counts steps by it.</param>
    /// <param name="lastStep">The last step that was taken; 0 for none.</param>
    public static long? Match(ReadOnlySpan<byte> secret, string code, DateTimeOffset now, long lastStep)
    {
        Span<char> digits = stackalloc char[Digits];
        var length = 0;
        foreach (var c in code)
        {
            if (c == ' ')
                continue;
            if (length == Digits || !char.IsAsciiDigit(c))
                return null;
            digits[length++] = c;
        }

        if (length != Digits)
            return null;
        var current = now.ToUnixTimeSeconds() / StepSeconds;
        long? found = null;
        Span<char> expected = stackalloc char[Digits];
        for (var step = current - 1; step <= current + 1; step++)
        {
            if (step < 0)
                continue;
            Code(secret, step).TryFormat(expected, out _, "D6", CultureInfo.InvariantCulture);
            if (step > lastStep && CryptographicOperations.FixedTimeEquals(
                System.Runtime.InteropServices.MemoryMarshal.AsBytes(digits), System.Runtime.InteropServices.MemoryMarshal.AsBytes(expected)))
                found ??= step;
        }

        return found;
    }

    /// <summary>The code of a step (RFC 4226 §5.3).</summary>
    /// <param name="secret">The secret.</param>
    /// <param name="step">Seconds since 1970-01-01 by 30.</param>
    /// <param name="modulus">Ten to the number of digits.</param>
    [SuppressMessage("Security", "CA5350", Justification = "HMAC with SHA-1 is what authenticator apps compute; its known attacks need chosen keys.")]
    public static int Code(ReadOnlySpan<byte> secret, long step, int modulus = 1_000_000)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> mac = stackalloc byte[HMACSHA1.HashSizeInBytes];
        HMACSHA1.HashData(secret, counter, mac);
        var offset = mac[^1] & 15;
        return (BinaryPrimitives.ReadInt32BigEndian(mac[offset..]) & int.MaxValue) % modulus;
    }

    /// <summary>The address that authenticator apps read from a QR code (Key URI Format of Google Authenticator).</summary>
    /// <param name="household">Name of the household, the issuer.</param>
    /// <param name="account">Name of the account.</param>
    /// <param name="secret">The secret.</param>
    public static string Uri(string household, string account, ReadOnlySpan<byte> secret)
    {
        // A colon separates issuer and account; escaped or not, apps split there.
        var issuer = System.Uri.EscapeDataString(household.Replace(':', ' '));
        return $"otpauth://totp/{issuer}:{System.Uri.EscapeDataString(account.Replace(':', ' '))}?secret={Base32.Encode(secret)}&issuer={issuer}&algorithm=SHA1&digits=6&period=30";
    }
}
