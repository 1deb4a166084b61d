using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace EdgeDb.Core.Accounts;

/// <summary>
/// What a browser holds: a series of 128 random bits, which stays and finds the session, and a secret of 256, which is renewed. A series with a secret of the past is a
/// copy that somebody else made (C. Jaspan, Improved Persistent Login Cookie Best Practice). As text it is 64 characters of base64url.
/// </summary>
internal static class SessionSecret
{
    /// <summary>Bytes of a series.</summary>
    public const int SeriesBytes = 16;

    /// <summary>Bytes of a secret.</summary>
    public const int SecretBytes = 32;

    /// <summary>Characters of the text.</summary>
    public const int Characters = (SeriesBytes + SecretBytes) * 4 / 3;

    /// <summary>A new series.</summary>
    public static UInt128 NewSeries() => BinaryPrimitives.ReadUInt128BigEndian(RandomNumberGenerator.GetBytes(SeriesBytes));

    /// <summary>A new secret.</summary>
    public static byte[] New() => RandomNumberGenerator.GetBytes(SecretBytes);

    /// <summary>What is stored of a secret.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> secret) => SHA256.HashData(secret);

    /// <summary>The text of both.</summary>
    public static string Text(UInt128 series, ReadOnlySpan<byte> secret)
    {
        Span<byte> bytes = stackalloc byte[SeriesBytes + SecretBytes];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, series);
        secret.CopyTo(bytes[SeriesBytes..]);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Reads the text of both; allocates nothing.</summary>
    /// <param name="text">What came in.</param>
    /// <param name="series">The series.</param>
    /// <param name="secret">Takes the secret, <see cref="SecretBytes"/> long.</param>
    public static bool TryRead(ReadOnlySpan<char> text, out UInt128 series, Span<byte> secret)
    {
        series = default;
        if (text.Length != Characters || !Base64Url.IsValid(text))
            return false;
        Span<byte> bytes = stackalloc byte[SeriesBytes + SecretBytes];
        if (!Base64Url.TryDecodeFromChars(text, bytes, out var length) || length != bytes.Length)
            return false;
        series = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        bytes[SeriesBytes..].CopyTo(secret);
        return true;
    }
}
