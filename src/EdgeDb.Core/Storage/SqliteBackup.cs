using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace EdgeDb.Core.Storage;

/// <summary>
/// Copies a database while it is served. One read transaction spans the copy, so it is one snapshot: without it SQLite's backup
/// starts over whenever the writer commits, and on a busy file never ends. Meanwhile the writer goes on; the write-ahead log
/// cannot be reset and grows by what is written, so the copy is short, though paced.
/// <para>The backup API and not VACUUM INTO, because that is a single statement that cannot pause: on a microSD card it takes the
/// bandwidth the writer's fsync needs, and rebuilding every index costs a 1 GHz core far more than copying pages.</para>
/// </summary>
internal sealed class SqliteBackup(SqliteDatabaseOptions options, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private const int PagesPerStep = 64;
    private const int StepsPerSync = 16;
    private const string Partial = ".partial";
    private const long SpareBytes = 16 << 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly SemaphoreSlim _one = new(1);
    private readonly CancellationTokenSource _closing = new();
    private readonly string _folder = options.FullBackupDirectory;
    private readonly string _stem = Path.GetFileNameWithoutExtension(options.FullPath);

    /// <summary>The finished copies, newest first. Reads the folder.</summary>
    public IReadOnlyList<BackupFile> List()
    {
        var folder = new DirectoryInfo(_folder);
        if (!folder.Exists)
            return [];
        return [.. folder.EnumerateFiles($"{_stem}-*.db")
            .Select(file => BackupFile.Parse(file, _stem))
            .OfType<BackupFile>()
            .OrderByDescending(backup => backup.Sequence)];
    }

    /// <summary>
    /// Takes a copy under a temporary name, checks it, syncs it, gives it its name and removes the oldest beyond
    /// <see cref="SqliteDatabaseOptions.BackupsKept"/>. A second call waits for the first. Throws <see cref="StorageException"/>; then no copy was added or removed.
    /// </summary>
    public async Task<BackupFile> CreateAsync(CancellationToken ct, Action<int, int>? report = null)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, _closing.Token);
        try
        {
            return await CreateAloneAsync(report, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new StorageException(StorageFailure.Closed, "The database is closing; no copy was taken.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(
                StorageFailure.InputOutput, $"Copying to {_folder} (BackupDirectory) failed: {failure.Message}", failure);
        }
    }

    /// <summary>Cancels a copy that runs and waits for it: its snapshot would keep the write-ahead log from being emptied.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        // Never released, and neither is disposed: a call that comes too late finds the token cancelled instead of a disposed object.
        await _one.WaitAsync().ConfigureAwait(false);
    }

    /// <summary>Null when the copy is sound, else why it is not. Reads all of it.</summary>
    public static string? Verify(string path)
    {
        try
        {
            using var connection = SqliteConnections.OpenImmutable(path);
            var db = connection.Handle!;
            if (SqliteConnections.Int64(db, "PRAGMA application_id") != SqliteDatabase.ApplicationId)
                return "it is not a database of EdgeDb";
            var found = SqliteConnections.Text(db, "PRAGMA quick_check(1)");
            return found == "ok" ? null : found;
        }
        catch (StorageException failure)
        {
            return failure.Message;
        }
    }

    private async Task<BackupFile> CreateAloneAsync(Action<int, int>? report, CancellationToken ct)
    {
        await _one.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            var started = Stopwatch.GetTimestamp();
            var backup = await CreateOneAsync(report, ct).ConfigureAwait(false);
            StorageLog.BackedUp(logger, backup.SizeBytes / 1024, backup.Path, (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            return backup;
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<BackupFile> CreateOneAsync(Action<int, int>? report, CancellationToken ct)
    {
        Directory.CreateDirectory(_folder);
        foreach (var abandoned in Directory.EnumerateFiles(_folder, $"{_stem}-*{Partial}"))
            File.Delete(abandoned);
        RequireSpace();

        var existing = List();
        var sequence = existing.Count == 0 ? 1 : existing[0].Sequence + 1;
        var partial = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{_stem}-{sequence:D6}{Partial}"));
        try
        {
            var version = await CopyAsync(partial, report, ct).ConfigureAwait(false);
            DurableFile.Sync(partial);
            if (Verify(partial) is { } reason)
                throw new StorageException(StorageFailure.Corrupt, $"The copy of {options.FullPath} is damaged and was not kept, most likely as its source is: {reason}.");

            var path = Path.Combine(_folder, BackupFile.NameOf(_stem, sequence, time.GetUtcNow(), version));
            DurableFile.Replace(partial, path);
            // Only now that the new one is durable.
            foreach (var old in existing.Skip(options.BackupsKept - 1))
                File.Delete(old.Path);
            return BackupFile.Parse(new FileInfo(path), _stem)!;
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private async Task<int> CopyAsync(string partial, Action<int, int>? report, CancellationToken ct)
    {
        using var source = SqliteConnections.OpenReader(options);
        using var target = SqliteConnections.OpenCopy(partial);
        SqliteConnections.Execute(source.Handle!, "BEGIN");
        var version = MigrationRunner.Version(source.Handle!);
        using var backup = raw.sqlite3_backup_init(target.Handle!, "main", source.Handle!, "main");
        if (backup.IsInvalid)
            throw StorageException.FromSqlite(target.Handle!, raw.sqlite3_errcode(target.Handle!), $"Copying to {partial}");

        for (var steps = 1; ; steps++)
        {
            ct.ThrowIfCancellationRequested();
            var rc = raw.sqlite3_backup_step(backup, PagesPerStep);
            if (report is not null && raw.sqlite3_backup_pagecount(backup) is var pages)
                report(pages - raw.sqlite3_backup_remaining(backup), pages);
            if (rc == raw.SQLITE_DONE)
                return version;
            if (rc != raw.SQLITE_OK)
                throw StorageException.FromSqlite(rc, raw.sqlite3_errstr(rc).utf8_to_string(), $"Copying {options.FullPath} to {partial}");

            // Closing the descriptor drops SQLite's locks on the target, which nobody else opens. Synced in portions and with pauses, or the device would get the whole copy as one burst that the writer's commits wait behind.
            if (steps % StepsPerSync == 0)
                DurableFile.Sync(partial);
            await Task.Delay(Pause, time, ct).ConfigureAwait(false);
        }
    }

    private void RequireSpace()
    {
        var needed = new FileInfo(options.FullPath).Length + SpareBytes;
        var free = new DriveInfo(_folder).AvailableFreeSpace;
        if (free < needed)
        {
            throw new StorageException(
                StorageFailure.DiskFull,
                $"A copy needs {needed >> 20} MiB and {_folder} (BackupDirectory) has {free >> 20} MiB free. " +
                "Free space, keep fewer copies (BackupsKept), or put them on another device.");
        }
    }
}
