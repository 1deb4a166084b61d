using System.Buffers.Binary;
using EdgeDb.Core.Security;

namespace EdgeDb.Core.Backups;

/// <summary>
/// The file of a backup: a header of 89 bytes and chunks.
/// <code>
/// header   magic "EDGEDBK1" (8), id (16, random), key of this file (65: sealed by the master key for the place "backup/ID")
/// chunk    up to 64 KiB of ciphertext, tag (16); all but the last are full
/// </code>
/// Chunks are AES-256-GCM with the file's key. The nonce is a flag (1 for the last chunk), three zeros and the chunk's number (8, big-endian); the header is authenticated with each.
/// So no chunk can be changed, left out, moved or taken from another file, and a file cannot be cut off. (The construction is STREAM of Hoang, Reyhanitabar, Rogaway and Vizár,
/// 2015, as in age.) What the chunks hold is compressed (RFC 1951); <see cref="DumpWriter"/> describes it.
/// </summary>
internal static class BackupFormat
{
    public const int IdBytes = 16;
    public const int ChunkBytes = 64 * 1024;
    public const int TagBytes = 16;
    public const int NonceBytes = 12;
    public const int KeyOffset = 8 + IdBytes;
    public const int HeaderBytes = KeyOffset + Seal.OverheadBytes + Seal.KeyBytes;

    public static ReadOnlySpan<byte> Magic => "EDGEDBK1"u8;

    public static string PlaceOf(ReadOnlySpan<byte> header) => "backup/" + Convert.ToHexStringLower(header.Slice(Magic.Length, IdBytes));

    public static void Nonce(Span<byte> nonce, long chunk, bool isLast)
    {
        nonce.Clear();
        nonce[0] = isLast ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt64BigEndian(nonce[4..], chunk);
    }
}
