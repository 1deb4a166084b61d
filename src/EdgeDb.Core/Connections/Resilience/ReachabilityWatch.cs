namespace EdgeDb.Core.Connections;

/// <summary>
/// Checks an endpoint every few seconds while its circuit is open, one check at a time, and reports an answer to the breaker. Breaks may then be as
/// long as is good for a server that comes back under load, and recovery is still noticed within seconds. Costs nothing while the circuit is closed.
/// </summary>
internal sealed class ReachabilityWatch : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly EndpointBreaker _breaker;
    private readonly Func<CancellationToken, ValueTask<bool>> _check;
    private readonly ReachabilityOptions _options;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _closing = new();
    private readonly ITimer _timer;
    private TaskCompletionSource? _running;
    private bool _isClosed;

    /// <param name="breaker">Whose endpoint.</param>
    /// <param name="check">Opens a connection, asks for a sign of life, and closes it. False or an exception: not reachable.</param>
    /// <param name="options">How often; validated by whoever holds them.</param>
    /// <param name="time">The clock.</param>
    public ReachabilityWatch(EndpointBreaker breaker, Func<CancellationToken, ValueTask<bool>> check, ReachabilityOptions options, TimeProvider time)
    {
        (_breaker, _check, _options, _time) = (breaker, check, options, time);
        _timer = time.CreateTimer(static watch => ((ReachabilityWatch)watch!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        breaker.Happened += OnEvent;
    }

    /// <summary>Ends the check that is running and waits for it.</summary>
    public async ValueTask DisposeAsync()
    {
        _breaker.Happened -= OnEvent;
        Task? running;
        lock (_gate)
        {
            if (_isClosed)
                return;
            _isClosed = true;
            running = _running?.Task;
        }

        await _timer.DisposeAsync().ConfigureAwait(false);
        await _closing.CancelAsync().ConfigureAwait(false);
        if (running is not null)
            await running.ConfigureAwait(false);
        _closing.Dispose();
    }

    private void OnEvent(CircuitEvent happened)
    {
        if (happened is { Kind: CircuitEventKind.Opened, Level: CircuitLevel.Endpoint })
            Arm();
    }

    private void Arm()
    {
        lock (_gate)
        {
            if (!_isClosed && _running is null)
                _timer.Change(_options.Interval * (1 - (0.25 * Random.Shared.NextDouble())), Timeout.InfiniteTimeSpan);
        }
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            if (_isClosed || _running is not null)
                return;
            _running = new TaskCompletionSource();
        }

        _ = CheckAsync();
    }

    private async Task CheckAsync()
    {
        if (_breaker.State == CircuitState.Open && await IsReachableAsync().ConfigureAwait(false))
            _breaker.ReportReachable();
        TaskCompletionSource ended;
        lock (_gate)
            (ended, _running) = (_running!, null);
        // An event of a break that began meanwhile found the check running and left the timer to it.
        if (_breaker.State == CircuitState.Open)
            Arm();
        ended.SetResult();
    }

    private async ValueTask<bool> IsReachableAsync()
    {
        using var limit = new CancellationTokenSource(_options.Limit, _time);
        using var link = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token, limit.Token);
        try
        {
            return await _check(link.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Every failure means the same here, and the next check comes soon.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }
}
