using EdgeDb.Core.Pipeline;
using EdgeDb.Core.Certificates;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;
using EdgeDb.Options;

namespace EdgeDb.Hosting;

/// <summary>Opens the household's database as the options say.</summary>
internal static class HouseholdDatabase
{
    public static SqliteDatabaseOptions Storage(EdgeDbOptions options) =>
        new() { Path = options.DatabasePath, OnCorruption = options.OnCorruption };

    /// <summary>The keys of a household. Places of sealed values that are no columns are made known here, for the service and the commands alike.</summary>
    public static async Task<KeyRing> OpenKeysAsync(EdgeDbOptions options, HouseholdKeys safe, SqliteDatabase database, TimeProvider time, CancellationToken cancellationToken)
    {
        var keys = await KeyRing.OpenAsync(database, safe.Master, time, cancellationToken);
        var (authority, server) = LocalCertificates.Files(options.CertificateFolder);
        keys.Add(authority);
        keys.Add(server);
        return keys;
    }

    /// <summary>For a command that changes something while the service does not run.</summary>
    public static async Task<SqliteDatabase> OpenAsync(
        EdgeDbOptions options, HouseholdKeys keys, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken) =>
        (await OpenServedAsync(options, keys, time, loggers, cancellationToken)).Database;

    /// <summary>Together with what the run before handed on to the next one. It is for the first who opens the file: whoever may write makes it untrue.</summary>
    public static async Task<(SqliteDatabase Database, SecondLevelState? Left)> OpenServedAsync(
        EdgeDbOptions options, HouseholdKeys keys, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var database = await SqliteDatabase.OpenAsync(
            Storage(options) with { Copies = keys.Backups }, Migrations.Embedded(), time, loggers.CreateLogger<SqliteDatabase>(), cancellationToken);
        try
        {
            return (database, await SecondLevelStore.TakeAsync(database, cancellationToken));
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }
}
