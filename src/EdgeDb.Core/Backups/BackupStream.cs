using System.IO.Compression;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Backups;

/// <summary>The layers of a backup: dump, compression, sealed chunks, file. Memory does not grow with the file.</summary>
internal static class BackupStream
{
    private const int BufferBytes = 32 * 1024;

    /// <summary>Writes the content of a database, whose snapshot <paramref name="session"/> has begun, to a new file that only its owner may read. Not synced.</summary>
    public static async Task WriteAsync(
        string path, SqliteSession session, int version, DateTimeOffset takenAt, MasterKey master, SubjectKeys subjects, IReadOnlyList<SubjectRows> registry, Func<int, ValueTask> pause)
    {
        using var file = KeyFile.Create(path);
        using var chunks = new SealedChunkWriter(file, master);
        // The fastest level: a board of 1 GHz has better things to do, and text shrinks to a quarter with it.
        using (var packed = new DeflateStream(chunks, CompressionLevel.Fastest, leaveOpen: true))
        using (var buffered = new BufferedStream(packed, BufferBytes))
            await new DumpWriter(session, buffered, chunks.Place, subjects, registry).WriteAsync(version, takenAt, pause).ConfigureAwait(false);
        chunks.Complete();
    }

    /// <summary>
    /// Reads a file to its end. Throws <see cref="StorageException"/> or <see cref="SealBrokenException"/> with its name when a byte of it is wrong, <see cref="InvalidDataException"/>
    /// when it holds something else than was meant.
    /// </summary>
    public static DumpSummary Read(string path, MasterKey master, SubjectKeys subjects, IDumpTarget? target, CancellationToken ct)
    {
        using var chunks = new SealedChunkReader(path, master);
        using var packed = new DeflateStream(chunks, CompressionMode.Decompress, leaveOpen: true);
        using var buffered = new BufferedStream(packed, BufferBytes);
        var summary = new DumpReader(buffered, chunks.Place, subjects, target).Read(ct);
        chunks.ReadToEnd();
        return summary;
    }
}
