using System.Diagnostics;
using System.Globalization;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace EdgeDb.Core.Backups;

/// <summary>Where backups lie, and how they come to be.</summary>
internal sealed record BackupOptions
{
    /// <summary>The database file.</summary>
    public required string Database { get; init; }

    /// <summary>The folder. Default: <c>backups</c> beside the database.</summary>
    public string? Folder { get; init; }

    /// <summary>How many are kept.</summary>
    public BackupRetention Retention { get; init; } = new(7, 4, 12);

    /// <summary>What belongs to persons.</summary>
    public IReadOnlyList<SubjectRows> Rows { get; init; } = SubjectRows.All;

    /// <summary>Repairs what referred to rows that a restore left out.</summary>
    public Action<SqliteSession> Mend { get; init; } = static _ => { };
}

/// <summary>
/// Takes backups of a database while it is served, verifies each by reading it again, and keeps some of them. One read transaction spans a backup, so it is one snapshot; meanwhile the writer
/// goes on, and the write-ahead log, which cannot be reset, grows by what is written.
/// </summary>
internal sealed partial class BackupFolder : IDatabaseCopies
{
    private const string Partial = ".partial";
    private const long SpareBytes = 16 << 20;
    private const int StatementsHeld = 32;
    private const int PageCacheKiB = 1024;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly SemaphoreSlim _one = new(1);
    private readonly CancellationTokenSource _closing = new();
    private readonly BackupOptions _options;
    private readonly string _database;
    private readonly string _stem;
    private readonly MasterKey _master;
    private readonly SubjectKeys _subjects;
    private readonly KeyCopy _keyCopy;
    private readonly DatabaseRestore _restore;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public BackupFolder(BackupOptions options, MasterKey master, SubjectKeys subjects, TimeProvider time, ILogger logger)
    {
        (_options, _master, _subjects, _time, _logger) = (options, master, subjects, time, logger);
        _database = System.IO.Path.GetFullPath(options.Database);
        _stem = System.IO.Path.GetFileNameWithoutExtension(_database);
        Path = System.IO.Path.GetFullPath(options.Folder ?? System.IO.Path.Combine(System.IO.Path.GetDirectoryName(_database)!, "backups"));
        _keyCopy = new KeyCopy(master, subjects, Path);
        _restore = new DatabaseRestore(master, subjects, options.Mend);
        master.AddWitness(() => List() is [var newest, ..] ? newest.Path : null);
        // Who destroys a key is told when the copy of the keys could not follow.
        subjects.Changed += _keyCopy.Write;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The keys that lie beside the backups, for a card that died.</summary>
    public KeyCopy Keys => _keyCopy;

    /// <inheritdoc/>
    public IReadOnlyList<BackupFile> List()
    {
        var folder = new DirectoryInfo(Path);
        if (!folder.Exists)
            return [];
        return [.. folder.EnumerateFiles($"{_stem}-*{BackupFile.Extension}")
            .Select(file => BackupFile.Parse(file, _stem))
            .OfType<BackupFile>()
            .OrderByDescending(backup => backup.Sequence)];
    }

    /// <inheritdoc/>
    public async Task<BackupFile> CreateAsync(CancellationToken ct, Action<int, int>? report = null)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, _closing.Token);
        try
        {
            await _one.WaitAsync(either.Token).ConfigureAwait(false);
            try
            {
                var started = Stopwatch.GetTimestamp();
                var backup = await CreateOneAsync(report, either.Token).ConfigureAwait(false);
                var elapsed = Stopwatch.GetElapsedTime(started);
                LogBackedUp(_logger, backup.SizeBytes / 1024, backup.Path, elapsed);
                return backup;
            }
            finally
            {
                _one.Release();
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new StorageException(StorageFailure.Closed, "The database is closing; no backup was taken.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(StorageFailure.InputOutput, $"Backing up to {Path} failed: {failure.Message}", failure);
        }
        catch (SealBrokenException failure)
        {
            throw new StorageException(StorageFailure.CannotOpen, failure.Message, failure);
        }
    }

    /// <summary>Waits for a backup that runs, and lets none begin until what is returned is disposed.</summary>
    public async Task<IDisposable> HoldAsync(CancellationToken ct)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, _closing.Token);
        await _one.WaitAsync(either.Token).ConfigureAwait(false);
        return new Held(_one);
    }

    /// <summary>Takes a backup, and removes those of before once it is sound. Throws as <see cref="CreateAsync"/> does.</summary>
    public async Task ReplaceAllAsync(CancellationToken ct)
    {
        var newest = await CreateAsync(ct).ConfigureAwait(false);
        foreach (var old in List())
            if (old.Sequence < newest.Sequence)
                File.Delete(old.Path);
        DurableFile.SyncFolder(newest.Path);
    }

    /// <inheritdoc/>
    public string? Restore(BackupFile copy, string target)
    {
        try
        {
            Restore(copy.Path, target, CancellationToken.None);
            return null;
        }
        catch (Exception failure) when (failure is StorageException or SealBrokenException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return failure.Message;
        }
    }

    /// <summary>Makes a database of a backup. Throws as <see cref="DatabaseRestore.Run"/> does.</summary>
    public RestoreResult Restore(string backup, string target, CancellationToken ct) => _restore.Run(backup, target, ct);

    /// <summary>Reads a backup to its end. Throws as <see cref="DatabaseRestore.Run"/> does.</summary>
    public DumpSummary Verify(string backup, CancellationToken ct) => _restore.Verify(backup, ct);

    /// <summary>Cancels a backup that runs and waits for it: its snapshot would keep the write-ahead log from being emptied.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        // Never released, and neither is disposed: a call that comes too late finds the token cancelled instead of a disposed object.
        await _one.WaitAsync().ConfigureAwait(false);
    }

    private async Task<BackupFile> CreateOneAsync(Action<int, int>? report, CancellationToken ct)
    {
        Directory.CreateDirectory(Path);
        foreach (var abandoned in Directory.EnumerateFiles(Path, $"{_stem}-*{Partial}"))
            File.Delete(abandoned);
        RequireSpace();

        var existing = List();
        var sequence = existing.Count == 0 ? 1 : existing[0].Sequence + 1;
        var partial = System.IO.Path.Combine(Path, string.Create(CultureInfo.InvariantCulture, $"{_stem}-{sequence:D6}{Partial}"));
        try
        {
            var takenAt = _time.GetUtcNow();
            var version = await WriteAsync(partial, takenAt, report, ct).ConfigureAwait(false);
            DurableFile.Sync(partial);
            Verify(partial, ct);
            var path = System.IO.Path.Combine(Path, BackupFile.NameOf(_stem, sequence, takenAt, version));
            DurableFile.Replace(partial, path);
            _keyCopy.Write();
            var backup = BackupFile.Parse(new FileInfo(path), _stem)!;
            // Only now that the new one is durable.
            foreach (var old in _options.Retention.Superfluous([backup, .. existing]))
                File.Delete(old.Path);
            return backup;
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private async Task<int> WriteAsync(string partial, DateTimeOffset takenAt, Action<int, int>? report, CancellationToken ct)
    {
        using var source = SqliteConnections.OpenReader(new SqliteDatabaseOptions { Path = _database, PageCacheKiB = PageCacheKiB });
        var db = source.Handle!;
        using var interrupt = ct.UnsafeRegister(static db => raw.sqlite3_interrupt((sqlite3)db!), db);
        var session = new SqliteSession(db, StatementsHeld, writes: false);
        try
        {
            session.ExecuteScript("BEGIN");
            // A backup of rows cannot tell that an index disagrees, and who restores it later would never learn that the card is dying.
            var found = SqliteConnections.Text(db, "PRAGMA quick_check(1)");
            if (found != "ok")
                throw new StorageException(StorageFailure.Corrupt, $"{_database} is damaged, so no backup was taken and the older ones stay: {found}.");
            var version = MigrationRunner.Version(db);
            var (done, total) = (0L, DumpTable.ReadAll(session).Sum(table => table.Count(session)));
            // With pauses, or the device would get all of it as one burst that the writer's commits wait behind.
            await BackupStream.WriteAsync(
                partial, session, version, takenAt, _master, _subjects, _options.Rows,
                rows =>
                {
                    done += rows;
                    report?.Invoke((int)done, (int)total);
                    return done == total ? ValueTask.CompletedTask : new ValueTask(Task.Delay(Pause, _time, ct));
                }).ConfigureAwait(false);
            return version;
        }
        catch (StorageException failure) when (failure.ResultCode == raw.SQLITE_INTERRUPT && ct.IsCancellationRequested)
        {
            throw new OperationCanceledException("The backup was cancelled.", failure, ct);
        }
        finally
        {
            session.Close();
        }
    }

    private void RequireSpace()
    {
        var needed = new FileInfo(_database).Length + SpareBytes;
        var free = new DriveInfo(Path).AvailableFreeSpace;
        if (free < needed)
        {
            throw new StorageException(
                StorageFailure.DiskFull,
                $"A backup may need {needed >> 20} MiB and {Path} has {free >> 20} MiB free. Free space, or keep fewer backups (backup.daily, backup.weekly, backup.monthly).");
        }
    }

    [LoggerMessage(EventId = 7101, Level = LogLevel.Information, Message = "Backed up {SizeKiB} KiB to {Path} in {Elapsed}")]
    private static partial void LogBackedUp(ILogger logger, long sizeKiB, string path, TimeSpan elapsed);

    private sealed class Held(SemaphoreSlim one) : IDisposable
    {
        private SemaphoreSlim? _one = one;

        public void Dispose() => Interlocked.Exchange(ref _one, null)?.Release();
    }
}
