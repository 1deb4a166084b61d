namespace EdgeDb.Core.Connections;

/// <summary>
/// Who may ask whom now: at most <see cref="HttpLimits.MaxConnections"/> requests in all and <see cref="HttpLimits.MaxConnectionsPerHost"/> an
/// origin are under way; others wait in their order, of which a busy host holds up only its own. The same number bounds the open sockets: when
/// all are taken, those of the origin that was idle for longest are closed.
/// </summary>
internal sealed class HttpOrigins : IDisposable
{
    /// <summary>Origins remembered. Feeds redirect to anywhere, and a handler costs some kilobytes.</summary>
    private const int MostOrigins = 128;

    // An address that has moved and a router that has forgotten its connections look like this: nobody refuses, and nothing ever comes. TCP would repeat
    // itself for 15 minutes, and an HTTP/2 connection takes every new request along.
    private static readonly TimeSpan SuspectAfter = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<HttpOriginKey, HttpOrigin> _origins = [];
    private readonly LinkedList<Waiter> _waiters = [];
    private readonly SemaphoreSlim _sockets;
    private readonly HttpLimits _limits;
    private readonly TimeProvider _time;
    private int _inFlight;
    private int _starving;
    private long _uses;
    private bool _closed;

    public HttpOrigins(HttpLimits limits, TimeProvider time)
    {
        (_limits, _time) = (limits, time);
        _sockets = new SemaphoreSlim(limits.MaxConnections, limits.MaxConnections);
    }

    /// <summary>Requests under way, callers waiting, sockets open (idle ones included), origins remembered.</summary>
    public (int InFlight, int Waiting, int Sockets, int Origins) Statistics
    {
        get
        {
            lock (_gate)
                return (_inFlight, _waiters.Count, _limits.MaxConnections - _sockets.CurrentCount, _origins.Count);
        }
    }

    /// <summary>
    /// Waits until a request to <paramref name="key"/> may begin. Each is followed by one <see cref="Release"/>. Throws
    /// <see cref="PoolBusyException"/> when it may not in time.
    /// </summary>
    public async ValueTask<HttpOrigin> AcquireAsync(HttpOriginKey key, CancellationToken ct)
    {
        Waiter waiter;
        List<HttpOrigin>? surplus = null;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            var origin = Find_NeedsLock(key, ref surplus);
            origin.LastUse = ++_uses;
            if (_inFlight < _limits.MaxConnections && origin.InFlight < _limits.MaxConnectionsPerHost)
            {
                // Overtakes nobody: whoever waits now waits for another host or for the total.
                Begin_NeedsLock(origin);
                waiter = new Waiter(origin);
                waiter.Granted.SetResult();
            }
            else if (_waiters.Count >= _limits.QueueCapacity)
            {
                throw Busy_NeedsLock(origin, $"{_waiters.Count} callers wait already, which is QueueCapacity", TimeSpan.Zero);
            }
            else
            {
                waiter = new Waiter(origin);
                _waiters.AddLast(waiter.Place);
                origin.Waiting++;
            }
        }

        surplus?.ForEach(static origin => origin.Dispose());
        surplus = null;
        try
        {
            await waiter.Granted.Task.WaitAsync(_limits.AcquireTimeout, _time, ct).ConfigureAwait(false);
            return waiter.Origin;
        }
        catch (Exception failure)
        {
            PoolBusyException? busy = null;
            lock (_gate)
            {
                if (waiter.Place.List is not null)
                {
                    _waiters.Remove(waiter.Place);
                    waiter.Origin.Waiting--;
                }
                else
                {
                    // Granted at the same moment.
                    surplus = Release_NeedsLock(waiter.Origin) is { } idle ? [idle] : null;
                }

                if (failure is TimeoutException)
                    busy = Busy_NeedsLock(waiter.Origin, "none could begin within AcquireTimeout", _limits.AcquireTimeout);
            }

            surplus?.ForEach(static origin => origin.Dispose());
            if (busy is not null)
                throw busy;
            throw;
        }
    }

    /// <summary>An answer has begun to arrive.</summary>
    public void Answered(HttpOrigin origin)
    {
        lock (_gate)
            origin.SilentSince = origin.InFlight > 1 ? _time.GetTimestamp() : null;
    }

    /// <summary>The request has ended.</summary>
    /// <param name="origin">From <see cref="AcquireAsync"/>.</param>
    /// <param name="isAbandoned">Nobody waits for its answer any longer.</param>
    public void Release(HttpOrigin origin, bool isAbandoned)
    {
        HttpOrigin? idle;
        lock (_gate)
        {
            if (isAbandoned && origin.SilentSince is { } since && _time.GetElapsedTime(since) >= SuspectAfter)
            {
                origin.SilentSince = null;
                origin.Renew(NewHandler(origin));
            }

            idle = Release_NeedsLock(origin);
        }

        idle?.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        List<HttpOrigin> origins;
        lock (_gate)
        {
            _closed = true;
            origins = [.. _origins.Values];
            _origins.Clear();
        }

        origins.ForEach(static origin => origin.Dispose());
    }

    private HttpOrigin Find_NeedsLock(HttpOriginKey key, ref List<HttpOrigin>? surplus)
    {
        if (_origins.TryGetValue(key, out var origin))
            return origin;
        if (_origins.Count >= MostOrigins && LongestIdle_NeedsLock(withSockets: false) is { } oldest)
        {
            _origins.Remove(oldest.Key);
            (surplus ??= []).Add(oldest);
        }

        origin = new HttpOrigin(key);
        origin.Renew(NewHandler(origin));
        _origins.Add(key, origin);
        return origin;
    }

    private SocketsHttpHandler NewHandler(HttpOrigin origin) => new()
    {
        // Redirects are followed by hand: their number, their scheme and what the user is told are ours to decide.
        AllowAutoRedirect = false,
        AutomaticDecompression = System.Net.DecompressionMethods.All,
        UseCookies = false,
        // One of the environment would be what is dialled and looked at, instead of the host.
        UseProxy = false,
        ConnectTimeout = _limits.ConnectTimeout,
        PooledConnectionLifetime = _limits.ConnectionLifetime,
        PooledConnectionIdleTimeout = _limits.IdleTimeout,
        MaxConnectionsPerServer = _limits.MaxConnectionsPerHost,
        MaxResponseHeadersLength = 32,
        // For answers that take long.
        KeepAlivePingDelay = TimeSpan.FromSeconds(30),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        SslOptions = origin.Key.Trust.ToOptions(),
        ConnectCallback = (context, ct) => ConnectAsync(origin, context, ct),
    };

    private void Begin_NeedsLock(HttpOrigin origin)
    {
        _inFlight++;
        origin.InFlight++;
        origin.SilentSince ??= _time.GetTimestamp();
    }

    /// <summary>Returns the origin when it is to be closed, because others need its idle sockets.</summary>
    private HttpOrigin? Release_NeedsLock(HttpOrigin origin)
    {
        _inFlight--;
        origin.InFlight--;
        // One place has come free, so one caller at most can begin.
        for (var place = _waiters.First; place is not null; place = place.Next)
        {
            var waiting = place.Value.Origin;
            if (waiting.InFlight >= _limits.MaxConnectionsPerHost)
                continue;
            _waiters.Remove(place);
            waiting.Waiting--;
            Begin_NeedsLock(waiting);
            place.Value.Granted.SetResult();
            break;
        }

        return _starving > 0 && origin.IsIdle && origin.Sockets > 0 && _origins.Remove(origin.Key) ? origin : null;
    }

    private HttpOrigin? LongestIdle_NeedsLock(bool withSockets)
    {
        HttpOrigin? longest = null;
        foreach (var origin in _origins.Values)
            if (origin.IsIdle && (!withSockets || origin.Sockets > 0) && (longest is null || origin.LastUse < longest.LastUse))
                longest = origin;
        return longest;
    }

    private async ValueTask<Stream> ConnectAsync(HttpOrigin origin, SocketsHttpConnectionContext context, CancellationToken ct)
    {
        if (!_sockets.Wait(0, CancellationToken.None))
            await TakeSocketAsync(origin, ct).ConfigureAwait(false);
        lock (_gate)
            origin.Sockets++;
        try
        {
            var socket = await HttpDialer.ConnectAsync(context.DnsEndPoint, origin.Key.Reach, _time, ct).ConfigureAwait(false);
            return new CountedStream(socket, this, origin);
        }
        catch
        {
            GiveSocketBack(origin);
            throw;
        }
    }

    private async Task TakeSocketAsync(HttpOrigin origin, CancellationToken ct)
    {
        HttpOrigin? idle;
        lock (_gate)
        {
            _starving++;
            idle = LongestIdle_NeedsLock(withSockets: true);
            if (idle is not null)
                _origins.Remove(idle.Key);
        }

        // Closes its sockets before it returns.
        idle?.Dispose();
        using var timeout = new CancellationTokenSource(_limits.AcquireTimeout, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
        try
        {
            await _sockets.WaitAsync(linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            lock (_gate)
                throw Busy_NeedsLock(origin, "all sockets that MaxConnections allows are open, and none was closed within AcquireTimeout", _limits.AcquireTimeout);
        }
        finally
        {
            lock (_gate)
                _starving--;
        }
    }

    private void GiveSocketBack(HttpOrigin origin)
    {
        lock (_gate)
            origin.Sockets--;
        _sockets.Release();
    }

    private PoolBusyException Busy_NeedsLock(HttpOrigin origin, string what, TimeSpan waited) => new(
        $"No request to {origin.Key} can begin: {what}. {origin.InFlight} to it (MaxConnectionsPerHost is {_limits.MaxConnectionsPerHost}) and " +
        $"{_inFlight} in all (MaxConnections is {_limits.MaxConnections}) are under way; AcquireTimeout is {_limits.AcquireTimeout.TotalMilliseconds:0} ms. " +
        "Ask less at once, or raise what is exhausted.",
        waited,
        null);

    private sealed class Waiter
    {
        public Waiter(HttpOrigin origin)
        {
            Origin = origin;
            Place = new LinkedListNode<Waiter>(this);
        }

        public HttpOrigin Origin { get; }

        /// <summary>In no list once it was granted.</summary>
        public LinkedListNode<Waiter> Place { get; }

        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>A socket that tells when it is closed.</summary>
    private sealed class CountedStream(System.Net.Sockets.Socket socket, HttpOrigins origins, HttpOrigin origin)
        : System.Net.Sockets.NetworkStream(socket, ownsSocket: true)
    {
        private int _closed;

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            if (Interlocked.Exchange(ref _closed, 1) == 0)
                origins.GiveSocketBack(origin);
        }
    }
}
