using EdgeDb.Core.Accounts;
using EdgeDb.Core.Audit;
using EdgeDb.Core.Backups;
using EdgeDb.Core.Household;
using EdgeDb.Core.Privacy;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;
using EdgeDb.Core.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeDb.Core.Tests.Privacy;

/// <summary>A data folder as one process has it, with all that keeps something of persons; nothing is known but what is stored.</summary>
internal sealed class OpenedHousehold : IAsyncDisposable
{
    private OpenedHousehold()
    {
    }

    public SqliteDatabase Database { get; private init; } = null!;

    public SubjectKeys Subjects { get; private init; } = null!;

    public BackupFolder Backups { get; private init; } = null!;

    public HouseholdServices Household { get; private init; } = null!;

    public AccountServices Accounts { get; private init; } = null!;

    public AuditLog Audit { get; private init; } = null!;

    public PersonErasure Erasure { get; private init; } = null!;

    /// <param name="folder">Which.</param>
    /// <param name="changed">Called behind every commit, every change of the file of persons' keys, and every step of an erasure.</param>
    public static async Task<OpenedHousehold> OpenAsync(TemporaryDatabase folder, Action? changed = null)
    {
        var master = folder.Master;
        var subjects = new SubjectKeys(master);
        // Before what the backups do then.
        subjects.Changed += changed;
        // A copy pauses between its steps.
        var backups = new BackupFolder(new() { Database = folder.File, Mend = EventRows.Mend }, master, subjects, TimeProvider.System, NullLogger.Instance);
        var database = await folder.OpenAsync(folder.Options with { Copies = backups }, [.. Migrations.Embedded()]);
        database.Committed += _ => changed?.Invoke();
        var keys = await KeyRing.OpenAsync(database, master, folder.Time, CancellationToken.None);
        var household = new HouseholdServices(database, keys, folder.Time, 12, 24);
        var accounts = await AccountServices.OpenAsync(
            database, keys, "0123456789abcdef", folder.Folder, static () => new(12, 0), folder.Time, NullLoggerFactory.Instance, CancellationToken.None);
        var audit = new AuditLog(database, subjects, folder.Time, NullLogger.Instance);
        IPersonalData[] stores =
        [
            new HouseholdPersonalData(database, household.Store, household.Feeds), new TaskPersonalData(database), new AccountPersonalData(database, accounts.Accounts),
            new AuditPersonalData(audit.Reader), new FilePersonalData(database),
        ];
        return new()
        {
            Database = database,
            Subjects = subjects,
            Backups = backups,
            Household = household,
            Accounts = accounts,
            Audit = audit,
            Erasure = new(database, stores, audit, subjects, backups, folder.Time, NullLogger<PersonErasure>.Instance, changed),
        };
    }

    public ValueTask<T> ReadAsync<T>(Func<SqliteSession, T> read) => Database.ReadAsync(read, static (session, read) => read(session), CancellationToken.None);

    /// <summary>As an owner's request does it.</summary>
    public async Task BeginErasureAsync(string person, params string[] addresses) =>
        await Erasure.BeginAsync((await ReadAsync(session => Person.Find(session, person)))!, addresses, replaceBackups: false, AuditActor.Console, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        Erasure.Dispose();
        await Audit.DisposeAsync();
        await Accounts.DisposeAsync();
        await Database.DisposeAsync();
    }
}
