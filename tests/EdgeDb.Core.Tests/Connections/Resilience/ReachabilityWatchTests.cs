using EdgeDb.Core.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeDb.Core.Tests.Connections.Resilience;

public sealed class ReachabilityWatchTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly EndpointBreaker _breaker;
    private readonly ReachabilityWatch _watch;
    private readonly SemaphoreSlim _checked = new(0);
    private Func<CancellationToken, ValueTask<bool>> _check = static _ => throw new IOException("Connection refused.");
    private int _checks;

    public ReachabilityWatchTests()
    {
        _breaker = new EndpointBreaker("db", new CircuitBreakerOptions { Jitter = 0 }, _time, NullLogger.Instance);
        _watch = new ReachabilityWatch(_breaker, async ct =>
        {
            _checks++;
            try
            {
                return await _check(ct);
            }
            finally
            {
                _checked.Release();
            }
        }, new ReachabilityOptions(), _time);
    }

    [Fact]
    public void Recovery_after_a_long_outage_is_noticed_within_seconds_although_the_break_is_a_minute()
    {
        Fail(3);
        for (var minute = 0; minute < 5; minute++)
        {
            for (var second = 0; second < 60; second++)
                Pass(1);
            if (_breaker.TryEnter("read", out var ticket, out _))
                _breaker.Failed("read", ticket, FailureKind.Connect);
        }

        Assert.Equal(CircuitState.Open, _breaker.State);
        _check = static _ => ValueTask.FromResult(true);
        var seconds = 0;
        for (; _breaker.State == CircuitState.Open; seconds++)
            Pass(1);
        Assert.InRange(seconds, 1, 4);
        Assert.Equal(CircuitState.HalfOpen, _breaker.State);
    }

    [Fact]
    public void Nothing_is_checked_while_the_circuit_is_closed_or_isolated()
    {
        Pass(60);
        _breaker.Isolate(null, "Maintenance.");
        Pass(60);
        _breaker.Reset(null, "Done.");
        Assert.Equal(0, _checks);
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Fact]
    public async Task A_check_that_hangs_is_ended_and_no_other_runs_beside_it()
    {
        var (running, most) = (0, 0);
        _check = async ct =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
                return true;
            }
            finally
            {
                Interlocked.Decrement(ref running);
            }
        };
        Fail(3);
        for (var i = 0; i < 3; i++)
        {
            Pass(2);
            Pass(2);
            Assert.True(await _checked.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
            // The cancelled check ends on the thread pool and arms the timer there.
            while (_time.ArmedTimers == 0)
                await Task.Yield();
        }

        Assert.Equal(1, most);
        Assert.Equal(CircuitState.Open, _breaker.State);
    }

    [Fact]
    public async Task Closing_ends_the_check_that_runs()
    {
        var begun = new TaskCompletionSource();
        _check = async ct =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
            return true;
        };
        Fail(3);
        Pass(2);
        await begun.Task;
        await _watch.DisposeAsync();
        Assert.Equal(1, _checked.CurrentCount);
        Assert.Equal(0, _time.ArmedTimers);
    }

    public ValueTask DisposeAsync()
    {
        _checked.Dispose();
        return _watch.DisposeAsync();
    }

    private void Pass(int seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));

    private void Fail(int times)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.True(_breaker.TryEnter("read", out var ticket, out _));
            _breaker.Failed("read", ticket, FailureKind.Connect);
            _time.Advance(TimeSpan.FromMilliseconds(125));
        }
    }
}
