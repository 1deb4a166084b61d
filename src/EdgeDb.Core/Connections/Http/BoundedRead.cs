using System.Buffers;

namespace EdgeDb.Core.Connections;

internal static class BoundedRead
{
    private const int ChunkBytes = 64 * 1024;

    /// <summary>
    /// Reads a stream to its end, or null once it has more than <paramref name="maxBytes"/>: what comes out of a decompressor is
    /// counted, so that a compression bomb costs no more memory than an honest body.
    /// </summary>
    public static async Task<byte[]?> ToArrayAsync(Stream stream, int maxBytes, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            int read;
            while ((read = await stream.ReadAsync(chunk, cancellationToken).ConfigureAwait(false)) > 0)
            {
                if (body.Length + read > maxBytes)
                    return null;
                body.Write(chunk, 0, read);
            }
            return body.ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }
}
