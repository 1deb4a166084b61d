using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace EdgeDb.Core.Storage;

/// <summary>
/// Moves the write-ahead log into the file, on the writer's connection and thread and nowhere else. SQLite before 3.51.3 and
/// 3.53.0 can corrupt a file when two connections reset the log at once; with one checkpointer that writes nothing meanwhile
/// there is no second party. Checkpoints are passive: they never wait for a reader and never make one wait.
/// </summary>
internal sealed class WalCheckpointer
{
    // SQLITE_DBSTATUS_CACHE_WRITE: in write-ahead mode the pages written to the log, and nothing else. The file's size would not
    // do: the log is overwritten from its start after a checkpoint and keeps its length.
    private const int StatusPagesWritten = 9;
    private const int FrameBytes = 24 + 4096;
    private const int WarnAtMultiple = 8;

    private readonly SqliteDatabaseOptions _options;
    private readonly sqlite3 _db;
    private readonly ILogger _logger;
    private readonly long _limitFrames;
    private long _frames;

    public WalCheckpointer(SqliteDatabaseOptions options, sqlite3 db, ILogger logger)
    {
        _options = options;
        _db = db;
        _logger = logger;
        _limitFrames = options.CheckpointWalKiB * 1024L / FrameBytes;
        // What opening and migrating wrote.
        CountCommit();
    }

    /// <summary>Adds what the latest commit appended to the log, and returns it.</summary>
    public int CountCommit()
    {
        raw.sqlite3_db_status(_db, StatusPagesWritten, out var written, out _, 1);
        _frames += written;
        return written;
    }

    /// <summary>True when the log has passed its size since the latest checkpoint.</summary>
    public bool IsDue => _frames >= _limitFrames;

    /// <summary>Checkpoints as far as readers allow; a failure is logged and tried again, as the log still holds everything.</summary>
    public void Checkpoint()
    {
        if (_frames == 0)
            return;

        _frames = 0;
        var rc = raw.sqlite3_wal_checkpoint_v2(_db, null, raw.SQLITE_CHECKPOINT_PASSIVE, out var logFrames, out var movedFrames);
        if (rc != raw.SQLITE_OK)
        {
            // Not due again at once: the device that failed gets as many writes, or as much rest, as between two checkpoints.
            _frames = 1;
            StorageLog.CheckpointFailed(_logger, StorageException.FromSqlite(_db, rc, "Checkpointing"));
        }
        else if (logFrames > movedFrames && logFrames > WarnAtMultiple * _limitFrames)
        {
            StorageLog.LogHeldBack(_logger, logFrames * (long)FrameBytes / 1024, _options.CheckpointWalKiB);
        }
    }

    /// <summary>Moves everything and empties the log. False when a reader of another process prevents it.</summary>
    public static bool Truncate(sqlite3 db) =>
        raw.sqlite3_wal_checkpoint_v2(db, null, raw.SQLITE_CHECKPOINT_TRUNCATE, out _, out _) == raw.SQLITE_OK;
}
