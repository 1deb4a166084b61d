using EdgeDb.Core.Connections;

namespace EdgeDb.Core.Storage;

/// <summary>
/// How one database file is opened and served. The defaults are for a board with 512 MB and a microSD card.
/// <see cref="Validate"/> refuses a value outside its range; nothing is corrected silently.
/// </summary>
public sealed record SqliteDatabaseOptions
{
    /// <summary>The database file. Its folder is created when missing. Required.</summary>
    public required string Path { get; init; }

    /// <summary>Reading connections, opened as they are needed. Default 4, range 1 to 4: the board has four cores and each costs up to <see cref="PageCacheKiB"/>.</summary>
    public int ReaderCount { get; init; } = 4;

    /// <summary>How long a read waits for a connection before it fails. Default 2 s, range 1 ms to 60 s.</summary>
    public TimeSpan ReadWaitLimit { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Reads that may wait at once; the next one fails at once. Default 256, range 1 to 65,536.</summary>
    public int ReadQueueCapacity { get; init; } = 256;

    /// <summary>Writes that may wait; the next one fails at once. Default 1,024, range 1 to 65,536.</summary>
    public int WriteQueueCapacity { get; init; } = 1024;

    /// <summary>Writes that share one transaction and one fsync at most. Default 256, range 1 to 4,096.</summary>
    public int WriteBatchMax { get; init; } = 256;

    /// <summary>Page cache of each connection, in KiB. Default 2,048, range 64 to 65,536.</summary>
    public int PageCacheKiB { get; init; } = 2048;

    /// <summary>Prepared statements each connection keeps. Default 64, range 1 to 1,024 (a statement takes 2 to 10 KB).</summary>
    public int StatementCacheSize { get; init; } = 64;

    /// <summary>
    /// Memory-mapped part of the file, in MiB. Default 0 (off), range 0 to 1,024. Off, because a read error of a worn
    /// card then is an I/O error that one request gets; mapped, the same error is a SIGBUS that ends the process.
    /// </summary>
    public int MemoryMapMiB { get; init; }

    /// <summary>How long a statement waits for a lock that another process holds. Default 5 s, range 0 to 60 s.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Size of the write-ahead log, in KiB, after which the writer checkpoints. Default 4,096, range 64 to 1,048,576.</summary>
    public int CheckpointWalKiB { get; init; } = 4096;

    /// <summary>Time without writes after which the writer checkpoints what is left. Default 5 s, range 10 ms to 1 h.</summary>
    public TimeSpan CheckpointIdle { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Largest file, in MiB, that is fully checked at open after the process did not close it. Default 64, range 0 (never)
    /// to 65,536. A larger one has its header, schema and free list read, and the daily backup checks the rest.
    /// </summary>
    public int CheckAfterCrashMiB { get; init; } = 64;

    /// <summary>What happens after a corrupt file was set aside. Default <see cref="CorruptionPolicy.RestoreLastGoodCopy"/>.</summary>
    public CorruptionPolicy OnCorruption { get; init; } = CorruptionPolicy.RestoreLastGoodCopy;

    /// <summary>Takes and restores copies, and is disposed with the database. Default: none, so there is no copy before a migration and none to start from after damage.</summary>
    public IDatabaseCopies? Copies { get; init; }

    /// <summary>Time between two copies. Default 24 h, range 1 min to 30 d.</summary>
    public TimeSpan BackupInterval { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The full path of the database file.</summary>
    internal string FullPath => System.IO.Path.GetFullPath(Path);

    /// <summary>Throws <see cref="ArgumentException"/> naming the first option that is outside its range, its value and the range.</summary>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(Path) || Path.Contains('\0'))
            throw new ArgumentException("Path is empty or holds a NUL; give the path of the database file.", nameof(Path));
        Range(nameof(ReaderCount), ReaderCount, 1, 4);
        Range(nameof(ReadWaitLimit), ReadWaitLimit, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(60));
        Range(nameof(ReadQueueCapacity), ReadQueueCapacity, 1, 65_536);
        Range(nameof(WriteQueueCapacity), WriteQueueCapacity, 1, 65_536);
        Range(nameof(WriteBatchMax), WriteBatchMax, 1, 4096);
        Range(nameof(PageCacheKiB), PageCacheKiB, 64, 65_536);
        Range(nameof(StatementCacheSize), StatementCacheSize, 1, 1024);
        Range(nameof(MemoryMapMiB), MemoryMapMiB, 0, 1024);
        Range(nameof(BusyTimeout), BusyTimeout, TimeSpan.Zero, TimeSpan.FromSeconds(60));
        Range(nameof(CheckpointWalKiB), CheckpointWalKiB, 64, 1_048_576);
        Range(nameof(CheckpointIdle), CheckpointIdle, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1));
        Range(nameof(CheckAfterCrashMiB), CheckAfterCrashMiB, 0, 65_536);
        Range(nameof(BackupInterval), BackupInterval, TimeSpan.FromMinutes(1), TimeSpan.FromDays(30));
        if (!Enum.IsDefined(OnCorruption))
            throw new ArgumentOutOfRangeException(nameof(OnCorruption), OnCorruption, "OnCorruption is not a known policy.");
    }

    /// <summary>Readers never expire: nothing between them and the file can cut an idle one off, and its page cache is what makes it fast.</summary>
    internal EndpointOptions Readers() => new()
    {
        Limit = ConcurrencyLimitKind.Fixed,
        ConnectionCostBytes = PageCacheKiB * 1024L,
        Pool = new()
        {
            MaxSize = ReaderCount,
            AcquireTimeout = ReadWaitLimit,
            // A page that asks for ten things at once makes a queue that ends by itself; nobody else adds to it.
            OverloadAcquireTimeout = ReadWaitLimit,
            QueueCapacity = ReadQueueCapacity,
            IdleTimeout = Timeout.InfiniteTimeSpan,
            MaxLifetime = Timeout.InfiniteTimeSpan,
            CheckAfterIdle = Timeout.InfiniteTimeSpan,
            DrainTimeout = ReadWaitLimit,
        },
    };

    /// <summary>The pool's refusal in the words of these options.</summary>
    internal StorageBusyException ReadBusy(PoolBusyException busy) => new(busy.Waited == TimeSpan.Zero
        ? $"{ReadQueueCapacity} reads wait already for one of {ReaderCount} readers, which is ReadQueueCapacity. " +
            "Shorten the slow read, slow the callers down, or raise ReadQueueCapacity."
        : $"No reader came free within {busy.Waited.TotalMilliseconds:0} ms (ReadWaitLimit); all {ReaderCount} (ReaderCount) are busy. " +
            "Shorten the slow read, raise ReaderCount (at most 4), or raise ReadWaitLimit.");

    private static void Range<T>(string name, T value, T least, T most)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
            throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; the range is {least} to {most}.");
    }
}
