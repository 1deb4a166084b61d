using System.Buffers.Binary;
using System.Globalization;

namespace EdgeDb.Core.Storage;

/// <summary>What lies at a database's path.</summary>
internal enum DatabaseFileKind
{
    /// <summary>Nothing, or a file without content.</summary>
    Missing,

    /// <summary>A database of EdgeDb, by its header.</summary>
    EdgeDb,

    /// <summary>A database of another program.</summary>
    ForeignDatabase,

    /// <summary>No database at all, by its header.</summary>
    NoDatabase,
}

/// <summary>Looks at a database file without SQLite, which would recover or create what it finds, and moves one out of the way.</summary>
internal static class DatabaseFile
{
    private const int ApplicationIdOffset = 68;
    private const int HeaderBytes = 100;
    private const string Corrupt = ".corrupt-";
    private const string StampFormat = "yyyyMMdd'T'HHmmss'Z'";
    private const int StampLength = 16;

    private static readonly string[] Suffixes = ["", "-wal", "-shm"];

    private static ReadOnlySpan<byte> Magic => "SQLite format 3\0"u8;

    /// <summary>
    /// Reads the header. Only for a file that no connection of this process has open: closing the descriptor would drop SQLite's locks.
    /// </summary>
    public static DatabaseFileKind Inspect(string path)
    {
        if (!File.Exists(path))
            return DatabaseFileKind.Missing;

        Span<byte> header = stackalloc byte[HeaderBytes];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var read = file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false);
        if (read == 0)
            return DatabaseFileKind.Missing;
        if (read < HeaderBytes || !header.StartsWith(Magic))
            return DatabaseFileKind.NoDatabase;
        return BinaryPrimitives.ReadInt32BigEndian(header[ApplicationIdOffset..]) == SqliteDatabase.ApplicationId
            ? DatabaseFileKind.EdgeDb
            : DatabaseFileKind.ForeignDatabase;
    }

    /// <summary>True when the write-ahead log beside the file holds something.</summary>
    public static bool HasLog(string path) => new FileInfo(path + "-wal") is { Exists: true, Length: > 0 };

    /// <summary>True when there is a write-ahead log beside the file, even an empty one.</summary>
    public static bool HasLogFile(string path) => File.Exists(path + "-wal");

    /// <summary>
    /// Renames the file, its -wal and its -shm to <c>NAME.corrupt-TIME</c>, a name that nothing has, and returns it; null when none of
    /// them exists. Nothing is deleted: a person may recover rows with <c>sqlite3 FILE .recover</c>.
    /// </summary>
    public static string? SetAside(string path, TimeProvider time)
    {
        var stamp = time.GetUtcNow().ToString(StampFormat, CultureInfo.InvariantCulture);
        var aside = FreeName($"{path}{Corrupt}{stamp}");
        var moved = false;
        // The log first would be the wrong order: after a crash in between, the file would open without its latest commits and look
        // sound. A log without a file is noticed at open.
        foreach (var suffix in Suffixes)
        {
            if (!File.Exists(path + suffix))
                continue;
            File.Move(path + suffix, aside + suffix);
            moved = true;
        }

        DurableFile.SyncFolder(path);
        return moved ? aside : null;
    }

    /// <summary>The files that <see cref="SetAside"/> has renamed and nobody has removed.</summary>
    public static IReadOnlyList<string> SetAsides(string path) => Directory.GetFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + Corrupt + "*");

    /// <summary>
    /// Removes files that were set aside longer ago than <paramref name="keep"/>, but never the newest: a clock that is years ahead must not take what somebody may still recover rows from.
    /// </summary>
    public static void RemoveOldSetAsides(string path, TimeSpan keep, TimeProvider time)
    {
        // By the time in their names, which the three of one database share.
        var all = SetAsides(path).GroupBy(file => Stamp(file[(path.Length + Corrupt.Length)..])).OrderByDescending(static group => group.Key, StringComparer.Ordinal);
        var oldest = (time.GetUtcNow() - keep).ToString(StampFormat, CultureInfo.InvariantCulture);
        foreach (var group in all.Skip(1).Where(group => string.CompareOrdinal(group.Key, oldest) < 0))
            foreach (var file in group)
                File.Delete(file);

        static string Stamp(string rest) => rest[..Math.Min(rest.Length, StampLength)];
    }

    private static string FreeName(string path)
    {
        var free = path;
        for (var i = 2; Array.Exists(Suffixes, suffix => File.Exists(free + suffix)); i++)
            free = string.Create(CultureInfo.InvariantCulture, $"{path}-{i}");
        return free;
    }
}
