using EdgeDb.Core.Audit;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;
using EdgeDb.Core.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeDb.Core.Tests.Audit;

/// <summary>A database of the program's schema with an audit log.</summary>
internal sealed class TemporaryAudit : IAsyncDisposable
{
    public static readonly AuditActor Ada = AuditActor.Account("0aaa", "Ada Lovelace", "192.168.1.20");
    public static readonly AuditActor Ben = AuditActor.Account("0bbb", "Ben Britten", "192.168.1.21");

    private readonly TemporaryDatabase _folder = new();
    private bool _isClosed;

    public SqliteDatabase Database { get; private set; } = null!;

    public SubjectKeys Subjects { get; private set; } = null!;

    public AuditLog Log { get; private set; } = null!;

    public ManualTimeProvider Time => _folder.Time;

    public static async Task<TemporaryAudit> StartAsync()
    {
        var audit = new TemporaryAudit();
        await audit.OpenAsync();
        return audit;
    }

    /// <summary>As a restart does, without telling the log that it stops.</summary>
    public async Task ReopenAsync()
    {
        await CloseAsync();
        await OpenAsync();
    }

    public async Task CloseAsync()
    {
        if (_isClosed)
            return;
        _isClosed = true;
        await Log.DisposeAsync();
        await Database.DisposeAsync();
    }

    /// <summary>Adds the entry at once.</summary>
    public Task<AuditHead> AppendAsync(AuditKind kind, AuditActor actor, string? subject, string what) =>
        Database.WriteAsync(Log.Record(kind, actor, subject, what), static (session, record) => AuditChain.Append(session, record), CancellationToken.None);

    /// <summary>Some of each form: of nobody, by a person, about another one.</summary>
    public async Task FillAsync()
    {
        await AppendAsync(AuditKind.ServiceStart, AuditActor.Service, null, "1.0.0");
        await AppendAsync(AuditKind.SignIn, Ada, Ada.Owner, "with a password");
        await AppendAsync(AuditKind.Write, AuditActor.Anybody, null, "events add 17");
        await AppendAsync(AuditKind.SessionRevoked, Ada, Ben.Owner, "of the phone");
        await AppendAsync(AuditKind.Write, Ben, null, "events change 18");
        await AppendAsync(AuditKind.ServiceStop, AuditActor.Service, null, "");
    }

    public Task<AuditReport> CheckAsync(AuditHead? noted = null) => AuditCheck.RunAsync(Database, noted, null, CancellationToken.None);

    public Task<List<AuditEntry>> EntriesAsync() => Log.Reader.AfterAsync(0, 10_000, CancellationToken.None).AsTask();

    /// <summary>What somebody does who can write the file: no trigger stops them.</summary>
    public Task<int> TamperAsync(string sql) => Database.WriteAsync(
        sql,
        static (session, sql) =>
        {
            DropTriggers(session);
            return session.Execute(sql);
        },
        CancellationToken.None);

    public static void DropTriggers(SqliteSession session)
    {
        foreach (var trigger in (string[])["audit_entry_stays_as_it_is", "audit_detail_stays_as_it_is", "audit_entry_stays", "audit_detail_stays"])
            session.Execute($"DROP TRIGGER IF EXISTS {trigger}");
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await _folder.DisposeAsync();
    }

    private async Task OpenAsync()
    {
        _isClosed = false;
        Database = await _folder.OpenAsync([.. Migrations.Embedded()]);
        Subjects = new SubjectKeys(new MasterKey(Path.Combine(_folder.Folder, "keys"), credentials: null));
        Log = new AuditLog(Database, Subjects, Time, NullLogger.Instance);
    }
}
