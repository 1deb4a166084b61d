using System.Diagnostics;

namespace EdgeDb.Tests;

/// <summary>
/// How late this process gets to run, whoever's fault that is: a machine with more work than processors delays a timeout too. Measured by a timer that
/// takes the same way through the thread pool as the timeouts of requests do.
/// </summary>
internal sealed class Lateness : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private readonly (long Ended, TimeSpan Late)[] _latest = new (long, TimeSpan)[1024];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private int _next;
    private long _since;

    public Lateness() => _running = Task.Run(RunAsync);

    /// <summary>
    /// All of it since a timestamp; up to 20 s are remembered. The sum and not the longest, because work that waits several times is late several times.
    /// </summary>
    public TimeSpan Since(long since)
    {
        lock (_gate)
        {
            // What is late just now has not been noted yet.
            var sum = Stopwatch.GetElapsedTime(_since) - Period is var now && now > TimeSpan.Zero ? now : TimeSpan.Zero;
            foreach (var (ended, late) in _latest)
                if (ended >= since && late > TimeSpan.Zero)
                    sum += late;
            return sum;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            lock (_gate)
                _since = Stopwatch.GetTimestamp();
            await Task.Delay(Period, TimeProvider.System, _stopping.Token);
            var now = Stopwatch.GetTimestamp();
            lock (_gate)
                _latest[_next++ % _latest.Length] = (now, Stopwatch.GetElapsedTime(_since, now) - Period);
        }
    }
}
