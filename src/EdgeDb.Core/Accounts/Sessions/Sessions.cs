using System.Collections.Concurrent;
using EdgeDb.Core.Access;
using EdgeDb.Core.Storage;
using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Accounts;

/// <summary>
/// Who is signed in where. The file has every session; all are in memory too, so a check costs no SQL and revoking holds at once. What requests change (when they were last seen) is
/// collected once a minute and written every quarter of an hour in one batch.
/// </summary>
internal sealed partial class Sessions : IAsyncDisposable
{
    /// <summary>Sessions of an account; the one that was not used for longest gives way.</summary>
    internal const int MostOfAccount = 50;

    internal const long IdleSeconds = 90 * 24 * 3600;
    internal const long RenewAfterSeconds = 24 * 3600;
    internal const long KnownDeviceSeconds = 30 * 24 * 3600;

    internal static readonly TimeSpan CollectEvery = TimeSpan.FromMinutes(1);
    internal static readonly TimeSpan StoreEvery = TimeSpan.FromMinutes(15);

    private const int MaxAgentLength = 200;

    private readonly SessionStore _store;
    private readonly AccountStore _accounts;
    private readonly SessionTable _table;
    private readonly AccountClock _clock;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PrincipalWatch _watch;
    private readonly ConcurrentDictionary<string, Device> _devices = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _removed = new();
    // Starting, renewing, ending and storing, one at a time: a session that is revoked while it begins would otherwise begin after that.
    private readonly SemaphoreSlim _changes = new(1);
    private readonly ITimer _timer;
    private long _storedAt;

    public Sessions(SqliteDatabase database, AccountStore accounts, AccountClock clock, PrincipalWatch watch, TimeProvider time, ILogger logger)
    {
        (_store, _accounts, _clock, _watch, _time, _logger) = (new(database), accounts, clock, watch, time, logger);
        _table = new(clock, time);
        _storedAt = time.GetTimestamp();
        accounts.Changed += RefreshPrincipals;
        _timer = time.CreateTimer(static sessions => _ = ((Sessions)sessions!).CollectAsync(), this, CollectEvery, CollectEvery);
    }

    /// <summary>Raised when a session is ended because it was copied, on the thread of the request that brought the old secret.</summary>
    public event Action<Session>? Stolen;

    /// <summary>All that can be used, by id.</summary>
    public IReadOnlyList<Session> Active => [.. _table.All.Where(static session => session.EndedAt is null).OrderBy(static session => session.Id, StringComparer.Ordinal)];

    /// <summary>The paired devices, by id.</summary>
    public IReadOnlyList<Device> Devices => [.. _devices.Values.OrderBy(static device => device.Id, StringComparer.Ordinal)];

    /// <summary>Reads them from the file, after the accounts.</summary>
    public async Task LoadAsync(CancellationToken ct)
    {
        var (sessions, devices) = await _store.LoadAsync(ct).ConfigureAwait(false);
        foreach (var (id, device) in devices)
        {
            _devices[id] = device;
            _clock.AtLeast(device.CreatedAt);
        }

        foreach (var session in sessions)
            _clock.AtLeast(Math.Max(session.SeenAt, session.EndedAt ?? 0));
        _table.Replace(sessions);
        RefreshPrincipals();
        Collect();
    }

    /// <summary>The session that a cookie's text stands for, whoever uses it. A secret of the past ends it.</summary>
    public Session? Find(ReadOnlySpan<char> cookie)
    {
        Span<byte> secret = stackalloc byte[SessionSecret.SecretBytes];
        if (!SessionSecret.TryRead(cookie, out var series, secret) || _table.Find(series) is not { } session)
            return null;
        switch (_table.Judge(session, secret))
        {
            case SecretWorth.Good:
                return session;
            case SecretWorth.Renewed:
                _ = StoreAsync(CancellationToken.None);
                return session;
            default:
                EndStolen(session);
                return null;
        }
    }

    /// <summary>The session of this id, when it can be used.</summary>
    public Session? FindById(string id) => _table.Find(id) is { Principal: not null } session ? session : null;

    /// <summary>The session of this id, also one that is over and is only remembered.</summary>
    public Session? Recall(string id) => _table.Find(id);

    /// <summary>True when this cookie is, or was within 30 days, a session of the account: its device is known there.</summary>
    public bool KnowsDevice(ReadOnlySpan<char> cookie, string accountId) => Find(cookie) is { } session && KnowsDevice(session, accountId);

    /// <summary>The same of a session that was found already.</summary>
    public bool KnowsDevice(Session session, string accountId) =>
        session.AccountId == accountId && (session.EndedAt ?? _clock.Now) > _clock.Now - KnownDeviceSeconds;

    /// <summary>Signs an account in and returns the cookie's text. Throws <see cref="AccountException"/> when the account has changed since it was looked at.</summary>
    /// <param name="account">As it was when its credentials were verified.</param>
    /// <param name="agent">What the browser calls itself.</param>
    /// <param name="replaced">The session that the browser had; it is ended.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<(Session Session, string Cookie)> StartAsync(Account account, string agent, Session? replaced, CancellationToken ct)
    {
        var (session, cookie) = New(account.Id, agent);
        using (await TakeTurnAsync(ct).ConfigureAwait(false))
        {
            if (!await _store.AddAsync(session, account, ct).ConfigureAwait(false))
                throw new AccountException(AccountError.Refused, "The account was changed meanwhile; sign in again.");
            _table.Add(session);
            Refresh(session);
            MakeRoom(session);
            if (replaced is { IsDevice: false })
                Remove(replaced);
            await StoreBatchAsync().ConfigureAwait(false);
        }

        return (session, cookie);
    }

    /// <summary>Pairs a device and returns the cookie's text for it.</summary>
    public async Task<(Device Device, string Cookie)> StartDeviceAsync(string name, string? approvedBy, string agent, CancellationToken ct)
    {
        var (session, cookie) = New(null, agent);
        var device = new Device(session.Id, AccountRules.Name(name), approvedBy, session.CreatedAt);
        using (await TakeTurnAsync(ct).ConfigureAwait(false))
        {
            await _store.AddAsync(session, device, ct).ConfigureAwait(false);
            _devices[device.Id] = device;
            _table.Add(session);
            Refresh(session);
            MakeRoom(session);
        }

        return (device, cookie);
    }

    /// <summary>Text for a new cookie when the secret is a day old, otherwise null. A file that cannot be written renews nothing.</summary>
    public async ValueTask<string?> RenewAsync(Session session, CancellationToken ct)
    {
        if (!session.IsRenewalDue)
            return null;
        if (_table.Offered(session) is { } offered)
            return SessionSecret.Text(session.Series, offered);
        using (await TakeTurnAsync(ct).ConfigureAwait(false))
        {
            if (_table.Offered(session) is { } meanwhile)
                return SessionSecret.Text(session.Series, meanwhile);
            // It may have come back while this request waited.
            if (!session.IsRenewalDue)
                return null;
            try
            {
                // Durable before the browser has it: one that the file does not know would look stolen.
                var secret = SessionSecret.New();
                return await _store.OfferAsync(session.Id, SessionSecret.Hash(secret), ct).ConfigureAwait(false) && _table.Offer(session, secret)
                    ? SessionSecret.Text(session.Series, secret)
                    : null;
            }
            catch (StorageException failure)
            {
                LogNotStored(_logger, failure.Message);
                return null;
            }
        }
    }

    /// <summary>Signs out. The row stays for 30 days, so that its browser is known again.</summary>
    public async Task EndAsync(Session session, CancellationToken ct)
    {
        using (await TakeTurnAsync(ct).ConfigureAwait(false))
        {
            if (session.EndedAt is not null || _table.Find(session.Series) != session)
                return;
            session.EndedAt = _clock.Now;
            SetPrincipal(session, null);
            await _store.EndAsync(session.Id, session.EndedAt.Value, ct).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the sessions that <paramref name="which"/> says, at once and for good; returns how many.</summary>
    public async Task<int> RevokeAsync(Func<Session, bool> which, CancellationToken ct)
    {
        using (await TakeTurnAsync(ct).ConfigureAwait(false))
        {
            var revoked = 0;
            foreach (var session in _table.All)
            {
                if (which(session))
                {
                    Remove(session);
                    revoked++;
                }
            }

            await StoreBatchAsync().ConfigureAwait(false);
            return revoked;
        }
    }

    /// <summary>Lets somebody act with their own rights at a device, after their PIN.</summary>
    public void Visit(Session device, Account account)
    {
        LeaveVisit(device);
        device.Visit = new(new Principal(account.Role, account.Id, account.MemberId, device.Id, account.Name), account.Hours, _time);
    }

    /// <summary>Ends what <see cref="Visit"/> began.</summary>
    public void LeaveVisit(Session device)
    {
        var visit = device.Visit;
        device.Visit = null;
        if (visit is not null)
            _watch.End(visit.Principal);
    }

    /// <summary>Stores what is left.</summary>
    public async ValueTask DisposeAsync()
    {
        _accounts.Changed -= RefreshPrincipals;
        await _timer.DisposeAsync().ConfigureAwait(false);
        Collect();
        await StoreAsync(CancellationToken.None).ConfigureAwait(false);
        _changes.Dispose();
    }

    /// <summary>Collects what requests left behind, and stores it when it is time for that.</summary>
    internal async Task CollectAsync()
    {
        Collect();
        if (!_removed.IsEmpty || _time.GetElapsedTime(_storedAt) >= StoreEvery || _table.All.Any(static session => session.IsPromoted))
            await StoreAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private void Collect()
    {
        var now = _clock.Now;
        foreach (var session in _table.All)
        {
            session.CollectUse(now);
            if (session.Visit is { IsOver: true })
                LeaveVisit(session);
            if (session.EndedAt is { } ended)
            {
                if (now - ended > KnownDeviceSeconds)
                    Remove(session);
            }
            else if (!session.IsDevice && now - session.SeenAt > IdleSeconds)
                Remove(session);
            else
                session.IsRenewalDue = now - session.Keys.RenewedAt >= RenewAfterSeconds;
        }
    }

    private (Session Session, string Cookie) New(string? accountId, string agent)
    {
        var (series, secret, now) = (SessionSecret.NewSeries(), SessionSecret.New(), _clock.Now);
        var keys = new SessionKeys(SessionSecret.Hash(secret), secret, null, null, null, 0, now);
        var session = new Session(
            Guid.CreateVersion7(DateTimeOffset.FromUnixTimeSeconds(now)).ToString(), accountId, series, keys, agent.Length <= MaxAgentLength ? agent : agent[..MaxAgentLength], now, now);
        return (session, SessionSecret.Text(series, secret));
    }

    private void EndStolen(Session session)
    {
        var wasInUse = session.EndedAt is null;
        if (!Remove(session))
            return;
        _ = StoreAsync(CancellationToken.None);
        // Of one that was signed out the thief gets nothing, and nobody is there to be warned.
        if (wasInUse)
            Stolen?.Invoke(session);
    }

    private void MakeRoom(Session added)
    {
        var others = _table.All.Where(session => session != added && session.AccountId == added.AccountId).ToList();
        if (!added.IsDevice && others.Count >= MostOfAccount)
            Remove(others.MinBy(static session => (session.EndedAt is null, session.SeenAt))!);
        else if (_table.All.Count > SessionTable.Most)
            Remove(_table.All.Where(session => session != added).MinBy(static session => (session.EndedAt is null, session.SeenAt))!);
    }

    private bool Remove(Session session)
    {
        var principal = session.Principal;
        LeaveVisit(session);
        if (!_table.Remove(session))
            return false;
        if (principal is not null)
            _watch.End(principal);
        _devices.TryRemove(session.Id, out _);
        _removed.Enqueue(session.Id);
        return true;
    }

    private void RefreshPrincipals()
    {
        foreach (var session in _table.All)
            Refresh(session);
    }

    private void Refresh(Session session)
    {
        if (session.Visit is { } visit && Current(visit.Principal, session.Id) != visit.Principal)
            LeaveVisit(session);
        if (session.EndedAt is not null)
            return;
        if (session.AccountId is null)
        {
            if (session.Principal is null && _devices.TryGetValue(session.Id, out var device))
                SetPrincipal(session, new Principal(Role.Kiosk, null, null, device.Id, device.Name));
            return;
        }

        if (!_accounts.All.TryGetValue(session.AccountId, out var account))
        {
            Remove(session);
            return;
        }

        session.Hours = account.Hours;
        if (account.IsDisabled)
            SetPrincipal(session, null);
        else if (session.Principal is not { } before || Current(before, session.Id) != before)
            SetPrincipal(session, new Principal(account.Role, account.Id, account.MemberId, session.Id, account.Name));
    }

    /// <summary>The same principal while nothing about the account has changed; otherwise null.</summary>
    private Principal? Current(Principal principal, string credentialId) =>
        principal.AccountId is { } id && _accounts.All.TryGetValue(id, out var account) && !account.IsDisabled && principal.CredentialId == credentialId
        && principal.Role == account.Role && principal.MemberId == account.MemberId && principal.Name == account.Name
            ? principal
            : null;

    private void SetPrincipal(Session session, Principal? principal)
    {
        var before = session.Principal;
        session.Principal = principal;
        // It may have been removed in between; what is set on one that is gone must not stay.
        if (principal is not null && _table.Find(session.Series) != session)
            session.Principal = null;
        if (before is not null && before != principal)
            _watch.End(before);
    }

    private async Task StoreAsync(CancellationToken ct)
    {
        try
        {
            using (await TakeTurnAsync(ct).ConfigureAwait(false))
                await StoreBatchAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is StorageException or ObjectDisposedException)
        {
            // All of it is still to be stored; the next round tries again.
            LogNotStored(_logger, failure.Message);
        }
    }

    private async Task StoreBatchAsync()
    {
        var removed = _removed.ToArray();
        var seen = new List<(string, long)>();
        var promoted = new List<(string, byte[], long)>();
        var (stored, renewed) = (new List<(Session, long)>(), new List<(Session, SessionKeys)>());
        foreach (var session in _table.All)
        {
            if (session.SeenAt > session.StoredSeenAt)
            {
                seen.Add((session.Id, session.SeenAt));
                stored.Add((session, session.SeenAt));
            }

            if (session.IsPromoted)
            {
                var keys = session.Keys;
                promoted.Add((session.Id, keys.Hash, keys.RenewedAt));
                renewed.Add((session, keys));
            }
        }

        var batch = new SessionStore.Batch(removed, seen, promoted);
        if (!batch.IsEmpty)
            await _store.WriteAsync(batch, CancellationToken.None).ConfigureAwait(false);
        _storedAt = _time.GetTimestamp();
        for (var i = 0; i < removed.Length; i++)
            _removed.TryDequeue(out _);
        foreach (var (session, at) in stored)
            session.StoredSeenAt = at;
        foreach (var (session, keys) in renewed)
            session.IsPromoted = session.Keys.Hash != keys.Hash;
    }

    private async Task<IDisposable> TakeTurnAsync(CancellationToken ct)
    {
        await _changes.WaitAsync(ct).ConfigureAwait(false);
        return new Turn(_changes);
    }

    [LoggerMessage(EventId = 4001, Level = LogLevel.Warning, Message = "Sessions could not be stored and will be again: {Reason}")]
    private static partial void LogNotStored(ILogger logger, string reason);

    private sealed class Turn(SemaphoreSlim changes) : IDisposable
    {
        public void Dispose() => changes.Release();
    }
}
