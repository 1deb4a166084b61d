namespace EdgeDb.Core.Connections;

/// <summary>
/// While a circuit is open, opens a connection of its own now and then and closes it again. The back-off of the breaker grows to a minute, so that callers are
/// not spent on trying; this notices the recovery within seconds all the same.
/// </summary>
internal sealed class RecoveryProbe<T> : IAsyncDisposable
    where T : class
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    private readonly IConnectionSource<T> _source;
    private readonly EndpointBreaker _breaker;
    private readonly TimeSpan _openTimeout;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ITimer _timer;
    private int _running;

    public RecoveryProbe(IConnectionSource<T> source, EndpointBreaker breaker, TimeSpan openTimeout, TimeProvider time)
    {
        (_source, _breaker, _openTimeout, _time) = (source, breaker, openTimeout, time);
        _timer = time.CreateTimer(static probe => _ = ((RecoveryProbe<T>)probe!).ProbeAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Begins to probe, the first time after a jittered second.</summary>
    public void Start() => _timer.Change(Jittered(Period / 2), Jittered(Period));

    /// <summary>Ends it.</summary>
    public void Stop() => _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
    }

    private static TimeSpan Jittered(TimeSpan span) => span * (0.75 + (Random.Shared.NextDouble() / 2));

    private async Task ProbeAsync()
    {
        // One at a time: opening may take longer than the period.
        if (Interlocked.Exchange(ref _running, 1) == 1)
            return;
        try
        {
            using var timeout = new CancellationTokenSource(_openTimeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stopping.Token);
            var connection = await _source.OpenAsync(ConnectionRole.General, either.Token).ConfigureAwait(false);
            await _source.CloseAsync(connection).ConfigureAwait(false);
            _breaker.ReportReachable();
        }
        catch (Exception)
        {
            // Still away. Why is in the reason of the circuit, and the next probe will see.
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }
}
