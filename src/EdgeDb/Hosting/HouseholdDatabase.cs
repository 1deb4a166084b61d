using EdgeDb.Core.Storage;
using EdgeDb.Options;

namespace EdgeDb.Hosting;

/// <summary>Opens the household's database as the options say.</summary>
internal static class HouseholdDatabase
{
    public static SqliteDatabaseOptions Storage(EdgeDbOptions options) =>
        new() { Path = options.DatabasePath, OnCorruption = options.OnCorruption, BackupsKept = options.BackupsKept };

    public static Task<SqliteDatabase> OpenAsync(
        EdgeDbOptions options, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken) =>
        SqliteDatabase.OpenAsync(
            Storage(options),
            Migrations.Embedded(),
            time,
            loggers.CreateLogger<SqliteDatabase>(),
            cancellationToken);
}
