using System.Security.Cryptography;

namespace EdgeDb.Core.Security;

/// <summary>What a person writes down to get at the backups when the card is gone: 160 random bits as 8 groups of 4 letters and digits (<see cref="ReadableCode"/>).</summary>
internal static class RecoveryKey
{
    internal const int Bytes = 20;

    private const int Characters = Bytes * 8 / 5;

    public static byte[] Make() => RandomNumberGenerator.GetBytes(Bytes);

    /// <summary>For paper.</summary>
    public static string Format(ReadOnlySpan<byte> key) => ReadableCode.Grouped(Base32.Encode(key, Base32.Readable));

    /// <summary>Reads what a person typed. Null when it is no recovery key.</summary>
    public static byte[]? Parse(string text) => ReadableCode.Read(text, Characters) is { } code ? Base32.Decode(code, Base32.Readable) : null;
}
