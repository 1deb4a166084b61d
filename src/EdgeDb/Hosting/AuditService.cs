using EdgeDb.Core.Accounts;
using EdgeDb.Core.Audit;
using EdgeDb.Core.Connections;
using EdgeDb.Core.Work;
using EdgeDb.Options;

namespace EdgeDb.Hosting;

/// <summary>
/// Begins and ends the audit log with the service, and tells it what happens outside of requests. Registered before the other services: it starts first and stops last, so that what they do at
/// their end is told.
/// </summary>
internal sealed class AuditService : IHostedService
{
    private static readonly TimeSpan UnusualAgain = TimeSpan.FromHours(6);

    private const string Check = "audit";

    private static readonly TimeSpan CheckFirst = TimeSpan.FromHours(1);
    private static readonly TimeSpan CheckEvery = TimeSpan.FromDays(7);

    private readonly AuditLog _log;
    private readonly RunningSettings _settings;
    private readonly BackgroundQueue _queue;
    private readonly ConnectionManager _connections;
    private readonly TimeProvider _time;
    private long? _unusualAt;

    public AuditService(AuditLog log, RunningSettings settings, BackgroundQueue queue, ConnectionManager connections, TimeProvider time)
    {
        (_log, _settings, _queue, _connections, _time) = (log, settings, queue, connections, time);
        log.Ticked += LookAtQueries;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _queue.Register(new(Check, WorkPriority.Idle, CheckAsync));
        _queue.TryAdd(new(Check, "Check the audit log and drop its old entries", Check), CheckFirst);
        return _log.StartAsync(ProgramVersion.Text, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => _log.StopAsync();

    /// <summary>Tells what happened to accounts. Names lie with the account they belong to; who changed somebody else's is in the entry of the request.</summary>
    public static void Note(AuditLog log, AccountEvent happened)
    {
        var own = happened.AccountId is { } id ? AuditActor.Account(id, happened.By, happened.Where) : AuditActor.Somebody(happened.Where);
        switch (happened.Kind)
        {
            case AccountEventKind.SignedIn:
                Write(AuditKind.SignIn, own);
                break;
            case AccountEventKind.NewDevice:
                Write(AuditKind.SignIn, own);
                log.Events.Raise(SecurityEventKind.NewDevice, $"{happened.By}, {happened.What}", happened.AccountId);
                break;
            case AccountEventKind.SignInRefused or AccountEventKind.SignInDelayed:
                // Not who it was said to be: people type passwords where the name goes.
                log.Write(AuditKind.SignInFailed, AuditActor.Somebody(happened.Where), happened.AccountId, happened.What);
                log.Events.CountFailure();
                break;
            case AccountEventKind.SignedOut:
                Write(AuditKind.SignOut, own);
                break;
            case AccountEventKind.SessionStolen:
                Write(AuditKind.SessionStolen, own);
                log.Events.Raise(SecurityEventKind.SessionStolen, $"{happened.By}, {happened.What}", happened.AccountId);
                break;
            case AccountEventKind.Claimed:
                Write(AuditKind.Account, own);
                break;
            case AccountEventKind.SessionsRevoked:
                Write(AuditKind.SessionRevoked, new("account"));
                break;
            case AccountEventKind.DevicePaired:
                Write(AuditKind.Pairing, new("account"));
                break;
            case AccountEventKind.TokensChanged:
                Write(AuditKind.Token, new("account"));
                break;
            case AccountEventKind.AccountChanged or AccountEventKind.CredentialsChanged:
                Write(AuditKind.Account, new("account"));
                break;
        }

        void Write(AuditKind kind, AuditActor actor) => log.Write(kind, actor, happened.AccountId, happened.What);
    }

    private async ValueTask<TimeSpan?> CheckAsync(WorkContext work, CancellationToken ct)
    {
        // Of a log that is broken nothing is dropped: it may be what shows how.
        if ((await _log.CheckAsync(work.YieldAsync, ct)).Problem is null)
            await _log.DropOldAsync(TimeSpan.FromDays(_settings.Get(SettingTable.AuditKeep)), work.YieldAsync, ct);
        return CheckEvery;
    }

    private void LookAtQueries()
    {
        if (_unusualAt is { } at && _time.GetElapsedTime(at) < UnusualAgain)
            return;
        foreach (var endpoint in _connections.Endpoints)
        {
            if (endpoint.Monitor.AnomalyCount is not (> 0 and var count))
                continue;
            _unusualAt = _time.GetTimestamp();
            _log.Events.Raise(SecurityEventKind.UnusualQueries, $"{count} at {endpoint.Name}");
        }
    }
}
