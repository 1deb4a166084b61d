using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace EdgeDb.Core.Security;

/// <summary>
/// The one form of everything that is sealed, AES-256-GCM: format (1 byte), number of the key (4, big-endian), nonce (12, random), ciphertext, tag (16).
/// Authenticated with it are format, number and the place, so that a value opens nowhere but where it was sealed.
/// </summary>
internal static class Seal
{
    /// <summary>Of a key: AES-256.</summary>
    public const int KeyBytes = 32;

    /// <summary>What sealing adds.</summary>
    public const int OverheadBytes = HeadBytes + NonceBytes + TagBytes;

    internal const int TagBytes = 16;
    private const byte Format = 1;
    private const int HeadBytes = 5;
    private const int NonceBytes = 12;

    // A random nonce of 96 bits is safe for 2^32 values a key (NIST SP 800-38D, 8.3); a household seals some thousands.
    public static byte[] Close(ReadOnlySpan<byte> key, uint number, string place, ReadOnlySpan<byte> plain)
    {
        var value = new byte[OverheadBytes + plain.Length];
        value[0] = Format;
        BinaryPrimitives.WriteUInt32BigEndian(value.AsSpan(1), number);
        var nonce = value.AsSpan(HeadBytes, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        // Made for each call: an instance may not be used by two threads at once, and making one costs little beside a write.
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(nonce, plain, value.AsSpan(HeadBytes + NonceBytes, plain.Length), value.AsSpan(value.Length - TagBytes), Associated(value, place));
        return value;
    }

    /// <summary>The number of the key that sealed it. False when it cannot be a sealed value.</summary>
    public static bool TryReadNumber(ReadOnlySpan<byte> value, out uint number)
    {
        number = 0;
        return value.Length >= OverheadBytes && value[0] == Format && BinaryPrimitives.TryReadUInt32BigEndian(value[1..], out number);
    }

    /// <summary>Null when it does not open.</summary>
    public static byte[]? TryOpen(ReadOnlySpan<byte> key, string place, ReadOnlySpan<byte> value)
    {
        if (!TryReadNumber(value, out _))
            return null;

        var plain = new byte[value.Length - OverheadBytes];
        using var aes = new AesGcm(key, TagBytes);
        try
        {
            aes.Decrypt(value.Slice(HeadBytes, NonceBytes), value[(HeadBytes + NonceBytes)..^TagBytes], value[^TagBytes..], plain, Associated(value, place));
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private static byte[] Associated(ReadOnlySpan<byte> value, string place)
    {
        var associated = new byte[HeadBytes + Encoding.UTF8.GetByteCount(place)];
        value[..HeadBytes].CopyTo(associated);
        Encoding.UTF8.GetBytes(place, associated.AsSpan(HeadBytes));
        return associated;
    }
}
