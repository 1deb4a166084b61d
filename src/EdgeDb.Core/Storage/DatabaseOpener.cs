using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace EdgeDb.Core.Storage;

/// <summary>
/// Takes a file from whatever state it is in to being served: lock, look, open, check, replace if damaged, migrate. A file of another program or
/// of a newer version is refused and not touched; a damaged one is set aside and never overwritten.
/// </summary>
internal sealed class DatabaseOpener(
    SqliteDatabaseOptions options, IReadOnlyList<Migration> migrations, TimeProvider time, ILogger logger)
{
    private readonly string _path = options.FullPath;
    private readonly IDatabaseCopies? _copies = options.Copies;
    private readonly IncidentLog _incidents = new(options.FullPath, time, logger);

    private bool HasCopies => _copies?.List().Count > 0;

    public async Task<OpenedDatabase> OpenAsync(CancellationToken ct)
    {
        CreateFolder();
        var serving = ServingLock.Acquire(_path);
        SpareRoom.Give(_path);
        try
        {
            var writer = OpenSound(serving);
            try
            {
                await MigrateAsync(writer.Handle!, ct).ConfigureAwait(false);
                // From here on a process that dies leaves an unclean file. The log exists by now, so that one that is missing then is a finding.
                serving.Record(ServingState.Open);
                return new OpenedDatabase(options, serving, writer, _incidents, MigrationRunner.Version(writer.Handle!));
            }
            catch
            {
                writer.Dispose();
                throw;
            }
        }
        catch
        {
            serving.Dispose();
            throw;
        }
    }

    private void CreateFolder()
    {
        var folder = Path.GetDirectoryName(_path)!;
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(StorageFailure.CannotOpen, $"The folder {folder} cannot be created: {failure.Message}", failure);
        }
    }

    private SqliteConnection OpenSound(ServingLock serving)
    {
        if (FindDamage(serving.Previous) is { } damage)
            return Replace(damage);

        try
        {
            return OpenWriter(serving.Previous);
        }
        catch (StorageException failure) when (failure.Failure == StorageFailure.Corrupt)
        {
            return Replace(failure.Finding);
        }
    }

    /// <summary>What is wrong with the files before SQLite has seen them; null when they may be opened. Throws on a file that is not ours.</summary>
    private string? FindDamage(ServingState previous)
    {
        switch (DatabaseFile.Inspect(_path))
        {
            case DatabaseFileKind.EdgeDb:
                if (previous is ServingState.Open or ServingState.Suspect && !DatabaseFile.HasLogFile(_path))
                {
                    _incidents.Add(
                        StorageIncidentKind.LogMissing,
                        $"The service was not stopped properly, and {_path}-wal, which held its latest writes, is gone. The database opens without them; " +
                        "writes since the last checkpoint may be missing.");
                }

                return null;

            case DatabaseFileKind.Missing when DatabaseFile.HasLog(_path):
                return "the database file is gone or empty, though its write-ahead log is there";

            case DatabaseFileKind.Missing when previous != ServingState.Never:
                return "the database file is gone or empty, though this folder has been served before";

            // A card that died: somebody brought the copies to a new one.
            case DatabaseFileKind.Missing when HasCopies:
                return "there is no database file, though there are copies of one";

            case DatabaseFileKind.Missing:
                return null;

            // A file that this program served cannot have been another program's: it lost its header.
            case DatabaseFileKind.NoDatabase when previous != ServingState.Never || HasCopies:
                return "the file's header is damaged";

            case DatabaseFileKind.ForeignDatabase:
                throw new StorageException(
                    StorageFailure.ForeignFile, $"{_path} is an SQLite database of another program. It was not touched; give EdgeDb another data directory.");

            default:
                throw new StorageException(
                    StorageFailure.ForeignFile, $"{_path} is not a database. It was not touched; give EdgeDb another data directory.");
        }
    }

    private SqliteConnection OpenWriter(ServingState previous)
    {
        var isNew = DatabaseFile.Inspect(_path) == DatabaseFileKind.Missing;
        var writer = SqliteConnections.OpenWriter(options);
        try
        {
            var db = writer.Handle!;
            // Before the switch to the write-ahead log, so that it stands in the file itself from the first page on.
            if (isNew)
                SqliteConnections.Execute(db, $"PRAGMA application_id = {SqliteDatabase.ApplicationId}");
            else
                MigrationRunner.RequireKnown(db, _path, migrations);

            var mode = SqliteConnections.Text(db, "PRAGMA journal_mode = WAL");
            if (mode != "wal")
                throw new StorageException(StorageFailure.CannotOpen, $"{_path} cannot use a write-ahead log (journal mode {mode}): its file system lacks shared memory. Put it on a local disk.");
            Check(db, previous);
            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Always reads header, schema and free list. After an unclean end reads every page too: SQLite itself
    /// survives a power cut, but a card that lies about its syncs does not keep its promises.
    /// </summary>
    private void Check(sqlite3 db, ServingState previous)
    {
        SqliteConnections.Int64(db, "SELECT count(*) FROM sqlite_schema");
        SqliteConnections.Int64(db, "PRAGMA freelist_count");
        var size = new FileInfo(_path).Length;
        if (previous != ServingState.Suspect && (previous != ServingState.Open || size > (long)options.CheckAfterCrashMiB << 20))
            return;

        StorageLog.CheckingAfterCrash(logger, _path);
        var started = Stopwatch.GetTimestamp();
        // After a report of damage the indexes are compared with their tables too, which takes several times as long.
        var found = SqliteConnections.Text(db, previous == ServingState.Suspect ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)");
        if (found != "ok")
            throw new StorageException(StorageFailure.Corrupt, found.ReplaceLineEndings(" "));
        StorageLog.Checked(logger, size / 1024, (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    }

    private SqliteConnection Replace(string damage)
    {
        if (options.OnCorruption == CorruptionPolicy.Refuse)
        {
            throw new StorageException(
                StorageFailure.Corrupt, $"{_path} is damaged ({damage}). The option on-corruption is refuse, so it was left as it is. " +
                "Copy it away, or set the option to restore or empty.");
        }

        var aside = DatabaseFile.SetAside(_path, time);
        var copy = options.OnCorruption == CorruptionPolicy.RestoreLastGoodCopy ? Restore() : null;
        _incidents.Add(
            StorageIncidentKind.FileReplaced,
            $"{_path} could not be used: {damage}. " + (aside is null ? "" : $"What there was is kept as {aside}. ") + (copy is null
                ? "The service started with an empty database."
                : $"The service started from the copy of {copy.TakenAt:yyyy-MM-dd HH:mm} UTC; what was written later is not in it."),
            aside, copy?.Path);
        return OpenWriter(ServingState.Never);
    }

    /// <summary>Puts the newest copy that passes its check in place. Null when there is none.</summary>
    private BackupFile? Restore()
    {
        foreach (var copy in _copies?.List() ?? [])
        {
            var reason = copy.SchemaVersion > migrations.Count ? $"schema {copy.SchemaVersion} is newer than the program" : _copies!.Restore(copy, _path);
            if (reason is null)
                return copy;

            StorageLog.BackupUnusable(logger, copy.Path, reason);
        }

        return null;
    }

    private async Task MigrateAsync(sqlite3 db, CancellationToken ct)
    {
        var version = MigrationRunner.Version(db);
        if (version == migrations.Count)
            return;
        if (version > 0 && _copies is not null)
            await _copies.CreateAsync(ct).ConfigureAwait(false);

        var session = new SqliteSession(db, options.StatementCacheSize, writes: true);
        try
        {
            MigrationRunner.Apply(session, migrations, time, logger);
        }
        finally
        {
            session.Close();
        }
    }
}
