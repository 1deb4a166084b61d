using EdgeDb.Core.Connections;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeDb.Core.Tests.Connections.Resilience;

public sealed class BreakerProperties
{
    private static readonly CircuitBreakerOptions Options = new() { Jitter = 0, FlakyMemory = TimeSpan.FromMinutes(1) };

    // Kinds come in runs, as they do; single random ones would open nothing.
    private static readonly Gen<(FailureKind? Kind, int Times, int EveryMs)[]> Runs =
        (from kind in Gen.Frequency(
            (4, Gen.Constant((FailureKind?)null)),
            (3, Gen.Constant((FailureKind?)FailureKind.Connect)),
            (3, Gen.Constant((FailureKind?)FailureKind.Timeout)),
            (1, Gen.Constant((FailureKind?)FailureKind.Overload)),
            (3, Gen.Constant((FailureKind?)FailureKind.Query)),
            (1, Gen.Constant((FailureKind?)FailureKind.Caller)))
         from times in Gen.Choose(1, 14)
         from every in Gen.Elements(0, 10, 100, 400, 3000, 30_000)
         select (kind, times, every)).ArrayOf();

    [Fact]
    public void A_breaker_does_what_the_rules_say() => Holds(Runs, runs =>
    {
        var time = new ManualTimeProvider();
        var start = time.GetTimestamp();
        var breaker = new EndpointBreaker("db", Options, time, NullLogger.Instance);
        var model = new BreakerModel(Options);
        foreach (var (kind, times, every) in runs)
        {
            for (var i = 0; i < times; i++)
            {
                var now = time.GetElapsedTime(start);
                var enters = breaker.TryEnter("read", out var ticket, out _);
                Assert.Equal(model.Enter(now), enters);
                if (enters)
                {
                    model.End(kind, now);
                    if (kind is { } failure)
                        breaker.Failed("read", ticket, failure);
                    else
                        breaker.Succeeded("read", ticket);
                }

                Assert.Equal(model.Endpoint.State, breaker.State);
                var snapshot = breaker.Snapshot();
                Assert.Equal(model.Class.State, snapshot.Classes.SingleOrDefault()?.State ?? CircuitState.Closed);
                time.Advance(TimeSpan.FromMilliseconds(every));
            }

            if (times == 13)
            {
                model.Reset(time.GetElapsedTime(start));
                breaker.Reset(null, "for the test");
            }
        }
    });

    [Fact]
    public void Events_of_a_circuit_alternate_whatever_happens() => Holds(Runs, runs =>
    {
        var time = new ManualTimeProvider();
        var breaker = new EndpointBreaker("db", Options, time, NullLogger.Instance);
        var events = new List<CircuitEvent>();
        breaker.Happened += events.Add;
        var random = new Random(runs.Length);
        var open = new List<(CircuitTicket Ticket, FailureKind? Kind)>();
        foreach (var (kind, times, every) in runs)
        {
            for (var i = 0; i < times; i++)
            {
                if (breaker.TryEnter("read", out var ticket, out _))
                    open.Add((ticket, kind));
                // Work ends in any order, and much later than it began.
                while (open.Count > random.Next(6))
                {
                    var at = random.Next(open.Count);
                    var (done, outcome) = open[at];
                    open.RemoveAt(at);
                    if (outcome is { } failure)
                        breaker.Failed("read", done, failure);
                    else
                        breaker.Succeeded("read", done);
                }

                time.Advance(TimeSpan.FromMilliseconds(every));
                if (random.Next(20) == 0)
                    breaker.ReportReachable();
            }
        }

        AssertAlternates(events);
    });

    internal static void AssertAlternates(IEnumerable<CircuitEvent> events)
    {
        foreach (var circuit in events.GroupBy(static e => (e.Level, e.OperationClass)))
        {
            var state = CircuitEventKind.Closed;
            foreach (var next in circuit)
            {
                Assert.True(
                    (state, next.Kind) is (CircuitEventKind.Closed, CircuitEventKind.Opened) or (CircuitEventKind.Opened, CircuitEventKind.HalfOpened)
                        or (CircuitEventKind.HalfOpened, CircuitEventKind.Closed or CircuitEventKind.Opened),
                    $"{circuit.Key}: {next.Kind} after {state}");
                state = next.Kind;
            }
        }
    }

    private static void Holds<T>(Gen<T> inputs, Action<T> body) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000).WithEndSize(60), Prop.ForAll(inputs.ToArbitrary(), body));
}
