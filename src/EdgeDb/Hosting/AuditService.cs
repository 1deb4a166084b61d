using EdgeDb.Api;
using EdgeDb.Core.Accounts;
using EdgeDb.Core.Audit;
using EdgeDb.Core.Certificates;
using EdgeDb.Core.Connections;
using EdgeDb.Core.Storage;
using EdgeDb.Core.Work;
using EdgeDb.Hosting.Tls;
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
    private const string Certificate = "certificate";

    private static readonly TimeSpan CheckFirst = TimeSpan.FromHours(1);
    private static readonly TimeSpan CheckEvery = TimeSpan.FromDays(7);
    private static readonly TimeSpan CertificateEvery = TimeSpan.FromDays(1);
    private static readonly TimeSpan EndsSoon = TimeSpan.FromDays(21);

    private readonly AuditLog _log;
    private readonly RunningSettings _settings;
    private readonly BackgroundQueue _queue;
    private readonly ConnectionManager _connections;
    private readonly Https _https;
    private readonly SqliteDatabase _database;
    private readonly (string Name, Secret Credential)[] _credentials;
    private readonly int[] _replaced;
    private readonly TimeProvider _time;
    private readonly bool _ownCertificate;
    private long? _unusualAt;

    public AuditService(AuditLog log, RunningSettings settings, BackgroundQueue queue, ConnectionManager connections, SqliteDatabase database, EdgeDbOptions options, Https https, TimeProvider time)
    {
        _database = database;
        (_log, _settings, _queue, _connections, _https, _time) = (log, settings, queue, connections, https, time);
        _credentials = [.. options.Upstream.Credentials().Select(static c => (c.Setting.Path, c.Credential))];
        _replaced = new int[_credentials.Length];
        _ownCertificate = options.Tls.Own is not null;
        https.Renewed += text => log.Events.Raise(SecurityEventKind.CertificateRenewed, text);
        log.Ticked += LookAtQueries;
        log.Ticked += LookAtCredentials;
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _queue.Register(new(Check, WorkPriority.Idle, CheckAsync));
        _queue.TryAdd(new(Check, "Check the audit log and drop its old entries", Check), CheckFirst);
        if (_https.WatchedCertificate is not null)
        {
            _queue.Register(new(Certificate, WorkPriority.Idle, LookAtCertificateAsync));
            // One's own was read before the start. To read the authority's would load OpenSSL before anybody comes.
            _queue.TryAdd(new(Certificate, "Look when the certificate ends", Certificate), _ownCertificate ? TimeSpan.Zero : CheckFirst);
        }

        await _log.StartAsync(ProgramVersion.Text, cancellationToken);
        foreach (var (name, _) in _credentials)
            _log.Write(AuditKind.Credential, AuditActor.Service, null, $"used for {name}");
        await NoteReplacementsAsync(cancellationToken);
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

    /// <summary>Tells of backups that took the place of a damaged file. An incident stays over restarts until somebody has seen it, and is told once.</summary>
    private async Task NoteReplacementsAsync(CancellationToken ct)
    {
        var replaced = _database.Incidents.Where(static incident => incident.Kind == StorageIncidentKind.FileReplaced).ToList();
        if (replaced.Count == 0)
            return;
        var told = await _log.Reader.NewestAsync(long.MaxValue, AuditKinds.Name(AuditKind.Backup), null, 100, ct);
        foreach (var incident in replaced)
            if ($"in place of a damaged file since {TimeText.Instant(incident.OccurredAt.ToUnixTimeSeconds())}" is var what && !told.Any(entry => entry.What == what))
                _log.Write(AuditKind.Backup, AuditActor.Service, null, what);
    }

    private async ValueTask<TimeSpan?> CheckAsync(WorkContext work, CancellationToken ct)
    {
        // Of a log that is broken nothing is dropped: it may be what shows how.
        if ((await _log.CheckAsync(work.YieldAsync, ct)).Problem is null)
            await _log.DropOldAsync(TimeSpan.FromDays(_settings.Get(SettingTable.AuditKeep)), work.YieldAsync, ct);
        return CheckEvery;
    }

    private ValueTask<TimeSpan?> LookAtCertificateAsync(WorkContext work, CancellationToken ct)
    {
        try
        {
            using var certificate = CertificateFile.ReadPublic(_https.WatchedCertificate!);
            if (certificate is not null && certificate.NotAfter.ToUniversalTime() - _time.GetUtcNow().UtcDateTime < EndsSoon)
                _log.Events.Raise(SecurityEventKind.CertificateExpiring, $"'{_https.WatchedCertificate}' ends on {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}");
        }
        catch (CertificateFileException)
        {
            // What serves it says so.
        }

        return new(CertificateEvery);
    }

    private void LookAtCredentials()
    {
        for (var i = 0; i < _credentials.Length; i++)
        {
            if (_credentials[i].Credential.Replaced is var replaced && replaced == _replaced[i])
                continue;
            _replaced[i] = replaced;
            _log.Write(AuditKind.Credential, AuditActor.Service, null, $"replaced for {_credentials[i].Name}");
        }
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
