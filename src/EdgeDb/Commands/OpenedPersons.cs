using EdgeDb.Core.Accounts;
using EdgeDb.Core.Audit;
using EdgeDb.Core.Household;
using EdgeDb.Core.Pipeline;
using EdgeDb.Core.Privacy;
using EdgeDb.Core.Storage;
using EdgeDb.Hosting;
using EdgeDb.Options;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeDb.Commands;

/// <summary>A data folder whose service does not run, opened for what is done about persons.</summary>
internal sealed class OpenedPersons : IAsyncDisposable
{
    private readonly SqliteDatabase _database;
    private readonly AccountServices _accounts;

    private OpenedPersons(SqliteDatabase database, AccountServices accounts, AuditLog audit, Persons persons, PersonErasure erasure) =>
        (_database, _accounts, Audit, Persons, Erasure) = (database, accounts, audit, persons, erasure);

    public AuditLog Audit { get; }

    public Persons Persons { get; }

    public PersonErasure Erasure { get; }

    public static async Task<OpenedPersons> OpenAsync(EdgeDbOptions options)
    {
        var (time, loggers) = (TimeProvider.System, NullLoggerFactory.Instance);
        var safe = HouseholdKeys.Of(DataCommand.Existing(options), time, loggers);
        var database = await HouseholdDatabase.OpenAsync(options, safe, time, loggers, default);
        try
        {
            var keys = await HouseholdDatabase.OpenKeysAsync(options, safe, database, time, default);
            var household = new HouseholdServices(database, keys, time, options.WindowMonthsBack, options.WindowMonthsAhead);
            var accounts = await AccountServices.OpenAsync(
                database, keys, await SecondLevelStore.HouseholdAsync(database, default), options.Data, static () => default, time, loggers, default);
            var audit = new AuditLog(database, safe.Subjects, time, loggers.CreateLogger<AuditLog>());
            var stores = HouseholdPersons.Stores(household, accounts, audit);
            return new(
                database, accounts, audit, new Persons(database, stores, time),
                new PersonErasure(database, stores, audit, safe.Subjects, safe.Backups, time, loggers.CreateLogger<PersonErasure>()));
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Erasure.Dispose();
        await Audit.DisposeAsync();
        await _accounts.DisposeAsync();
        await _database.DisposeAsync();
    }
}
