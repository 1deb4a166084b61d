using System.Collections.Concurrent;
using EdgeDb.Core.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeDb.Core.Tests.Connections.Resilience;

public sealed class BreakerStressTests
{
    private const int Threads = 8;
    private const int Rounds = 60_000;

    [Fact]
    public async Task Under_load_there_is_never_more_than_one_probe_and_events_alternate()
    {
        var options = new CircuitBreakerOptions
        {
            MinimumSpan = TimeSpan.Zero, FlakyMemory = TimeSpan.Zero, FirstBreak = TimeSpan.FromMilliseconds(10),
            LongestBreak = TimeSpan.FromMilliseconds(10), StableAfter = TimeSpan.Zero, EarliestEnd = TimeSpan.Zero,
        };
        var breaker = new EndpointBreaker("db", options, TimeProvider.System, NullLogger.Instance);
        var events = new ConcurrentQueue<CircuitEvent>();
        breaker.Happened += events.Enqueue;
        var probes = new int[2];
        var mostProbes = 0;
        long refused = 0;

        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            var random = new Random(thread);
            for (var i = 0; i < Rounds; i++)
            {
                // Long stretches of one kind, shared by the threads, so that circuits open, and close again.
                FailureKind? kind = (i / 2000 % 3) switch { 0 => null, 1 => FailureKind.Connect, _ => FailureKind.Query };
                if (random.Next(50) == 0)
                    kind = FailureKind.Caller;
                if (random.Next(500) == 0)
                    breaker.ReportReachable();
                if (!breaker.TryEnter("read", out var ticket, out _))
                {
                    Interlocked.Increment(ref refused);
                    continue;
                }

                var held = Hold(ticket.IsProbe, 0) + Hold(ticket.IsClassProbe, 1);
                if (held > 0)
                    Thread.SpinWait(random.Next(200));
                // Given up before the outcome is told: that is what lets the next probe in.
                Release(ticket.IsProbe, 0);
                Release(ticket.IsClassProbe, 1);
                if (kind is { } failure)
                    breaker.Failed("read", ticket, failure);
                else
                    breaker.Succeeded("read", ticket);
            }
        }, TestContext.Current.CancellationToken)));

        Assert.Equal(1, mostProbes);
        Assert.True(refused > 0);
        Assert.Contains(events, static e => e is { Level: CircuitLevel.Endpoint, Kind: CircuitEventKind.Closed });
        Assert.Contains(events, static e => e is { Level: CircuitLevel.OperationClass, Kind: CircuitEventKind.Opened });
        BreakerProperties.AssertAlternates(events);

        int Hold(bool isProbe, int level)
        {
            if (!isProbe)
                return 0;
            var now = Interlocked.Increment(ref probes[level]);
            int most;
            while (now > (most = Volatile.Read(ref mostProbes)) && Interlocked.CompareExchange(ref mostProbes, now, most) != most)
            {
            }

            return now;
        }

        void Release(bool isProbe, int level)
        {
            if (isProbe)
                Interlocked.Decrement(ref probes[level]);
        }
    }
}
