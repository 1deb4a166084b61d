using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using EdgeDb.Core.Caching;

namespace EdgeDb.Core.Pipeline;

/// <summary>
/// An answer as bytes that may be kept where others write too. The seal (HMAC-SHA-256) is over the answer and its whole canonical key, so bytes that were
/// changed, cut off, made by another run or put under another key do not open.
/// </summary>
internal static class SealedAnswer
{
    public const int SecretBytes = 32;

    /// <summary>Largest sealed answer, in bytes. At 20 Mbit/s of Wi-Fi it takes 0.2 s to read one, which is longer than making it.</summary>
    public const int MostBytes = 512 << 10;

    private const int SealBytes = 32;
    private const byte Format = 1;
    private const byte Compressed = 1;
    private const byte Versioned = 2;

    // The fastest: each answer is compressed once, and most of them are never read again.
    private const int BrotliQuality = 1;
    private const int BrotliWindowBits = 18;

    /// <summary>The sealed bytes; null when they would be too many.</summary>
    /// <param name="secret">Of this run.</param>
    /// <param name="key">The canonical key.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="madeAt">When it was made, by the wall clock: timestamps mean nothing to the next process.</param>
    public static byte[]? Seal(ReadOnlySpan<byte> secret, string key, Answer answer, DateTimeOffset madeAt)
    {
        var plain = answer.Plain.Body.Span;
        if (plain.Length > 4 * MostBytes)
            return null;
        var body = plain.Length < Answer.LeastCompressed ? plain : Shorter(plain);
        if (body.Length > MostBytes)
            return null;
        using var stream = new MemoryStream(body.Length + 512);
        using var writer = new BinaryWriter(stream);
        writer.Write(Format);
        writer.Write((byte)((body.Length < plain.Length ? Compressed : 0) | (answer.IsVersioned ? Versioned : 0)));
        writer.Write(madeAt.ToUnixTimeMilliseconds());
        writer.Write(answer.Started);
        writer.Write(answer.ContentType);
        writer.Write(answer.Plain.EntityTag);
        writer.Write(answer.Tags.Length);
        foreach (var tag in answer.Tags)
            writer.Write(tag.Name);
        writer.Write(plain.Length);
        writer.Write(body);
        Span<byte> seal = stackalloc byte[SealBytes];
        SealOf(secret, key, stream.GetBuffer().AsSpan(0, (int)stream.Length), seal);
        writer.Write(seal);
        return stream.Length <= MostBytes ? stream.ToArray() : null;
    }

    /// <summary>The answer, when <paramref name="bytes"/> were sealed with <paramref name="secret"/> for <paramref name="key"/>; else null.</summary>
    /// <param name="secret">Of the run that sealed it.</param>
    /// <param name="key">The canonical key that it is wanted for.</param>
    /// <param name="bytes">What was found.</param>
    /// <param name="tags">Know its tags; whether they hold is for the caller to ask.</param>
    /// <param name="place">Where it was found.</param>
    /// <param name="time">The clock.</param>
    public static Answer? Open(ReadOnlySpan<byte> secret, string key, byte[] bytes, CacheTags tags, SecondLevelPlace place, TimeProvider time)
    {
        if (bytes.Length <= SealBytes)
            return null;
        var content = bytes.AsSpan(0, bytes.Length - SealBytes);
        Span<byte> seal = stackalloc byte[SealBytes];
        SealOf(secret, key, content, seal);
        if (!CryptographicOperations.FixedTimeEquals(seal, bytes.AsSpan(content.Length)) || content[0] != Format)
            return null;

        // Sealed by ourselves: from here on it is as it was written.
        using var reader = new BinaryReader(new MemoryStream(bytes, 1, content.Length - 1, writable: false));
        var flags = reader.ReadByte();
        var age = time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(reader.ReadInt64());
        // The clock was set back since: nobody knows its age.
        if (age < TimeSpan.Zero)
            return null;
        var started = reader.ReadInt64();
        var contentType = reader.ReadString();
        var entityTag = reader.ReadString();
        var made = new CacheTag[reader.ReadInt32()];
        for (var i = 0; i < made.Length; i++)
            made[i] = tags.Get(reader.ReadString());
        var body = new byte[reader.ReadInt32()];
        var kept = content[(1 + (int)reader.BaseStream.Position)..];
        if ((flags & Compressed) == 0)
            kept.CopyTo(body);
        else if (!BrotliDecoder.TryDecompress(kept, body, out var length) || length != body.Length)
            return null;
        var madeAt = time.GetTimestamp() - (long)(age.TotalSeconds * time.TimestampFrequency);
        return new(body, contentType, entityTag, (flags & Versioned) != 0, made, started, madeAt) { Read = place.Read };
    }

    /// <summary>Compressed, where that saves an eighth; less does not pay for undoing it.</summary>
    private static ReadOnlySpan<byte> Shorter(ReadOnlySpan<byte> plain)
    {
        var buffer = new byte[plain.Length - (plain.Length / 8)];
        return BrotliEncoder.TryCompress(plain, buffer, out var length, BrotliQuality, BrotliWindowBits) ? buffer.AsSpan(0, length) : plain;
    }

    private static void SealOf(ReadOnlySpan<byte> secret, string key, ReadOnlySpan<byte> content, Span<byte> seal)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        // With its length: key and content cannot lend each other bytes.
        var length = key.Length;
        hash.AppendData(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in length)));
        hash.AppendData(MemoryMarshal.AsBytes(key.AsSpan()));
        hash.AppendData(content);
        hash.GetHashAndReset(seal);
    }
}
