using EdgeDb.Core.Backups;
using EdgeDb.Core.Household;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeDb.Core.Tests.Storage;

/// <summary>A folder of its own with a database in it; removed with everything at the end of the test.</summary>
internal sealed class TemporaryDatabase : IAsyncDisposable
{
    private readonly List<SqliteDatabase> _opened = [];

    public static Migration Rows { get; } = new(1, "rows", "CREATE TABLE row (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT");

    public string Folder { get; } = Directory.CreateTempSubdirectory("edgedb-test-").FullName;

    public string File => Path.Combine(Folder, "edge.db");

    public ManualTimeProvider Time { get; } = new();

    public SqliteDatabaseOptions Options => new() { Path = File };

    public Task<SqliteDatabase> OpenAsync(params Migration[] migrations) => OpenAsync(Options, migrations);

    public async Task<SqliteDatabase> OpenAsync(SqliteDatabaseOptions options, params Migration[] migrations)
    {
        // One that was closed with its database takes no copies any more.
        var database = await SqliteDatabase.OpenAsync(options with { Copies = options.Copies ?? Backups(database: options.Path) }, migrations.Length == 0 ? [Rows] : migrations, Time, NullLogger.Instance, CancellationToken.None);
        _opened.Add(database);
        return database;
    }

    /// <summary>A new look at the master key in the folder <c>keys</c>.</summary>
    public MasterKey Master => new(Path.Combine(Folder, MasterKey.FolderName), credentials: null);

    /// <summary>A new look at the backups.</summary>
    public BackupFolder Backups(string? folder = null, BackupRetention? retention = null, string? database = null)
    {
        var options = new BackupOptions { Database = database ?? File, Folder = folder, Mend = EventRows.Mend };
        var master = Master;
        return new(retention is null ? options : options with { Retention = retention }, master, new SubjectKeys(master), Time, NullLogger.Instance);
    }

    /// <summary>The household over a database of the program's schema.</summary>
    public async Task<HouseholdServices> HouseholdAsync(SqliteDatabase database) =>
        new(database, await KeyRing.OpenAsync(database, Master, Time, CancellationToken.None), Time, 12, 24);

    /// <summary>A copy of more than 64 pages pauses between its steps; the clock is moved over the pauses.</summary>
    public static async Task<BackupFile> BackupAsync(SqliteDatabase database, ManualTimeProvider time)
    {
        var copying = database.BackupAsync(CancellationToken.None);
        while (!copying.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(5));
            await Task.Yield();
        }

        return await copying;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var database in _opened)
            await database.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
