using EdgeDb.Core.Connections;

namespace EdgeDb.Core.Tests.Connections.Limits;

/// <summary>Callers who ask again at once, and an endpoint whose latency depends on how many it serves. Virtual time, deterministic.</summary>
internal sealed class SimulatedEndpoint(IConcurrencyLimit limit, int callers)
{
    private readonly PriorityQueue<(double Start, int InFlight, bool Overloaded), double> _running = new();
    private readonly Random _random = new(7);
    private double _now = 1;

    /// <summary>Seconds that a call takes with so many in flight.</summary>
    public required Func<int, double> Latency { get; set; }

    /// <summary>Share of the calls that time out.</summary>
    public double TimeoutShare { get; set; }

    /// <summary>Runs for so many seconds; the mean of the limit over that time.</summary>
    public double Run(double seconds)
    {
        var end = _now + seconds;
        var area = 0.0;
        Start();
        while (_running.TryPeek(out _, out var next) && next <= end)
        {
            var (start, inFlight, overloaded) = _running.Dequeue();
            area += (next - _now) * limit.Current;
            _now = next;
            limit.OnCompleted(Ticks(_now), Ticks(_now - start), inFlight, overloaded);
            Start();
        }

        return area / seconds;
    }

    /// <summary>The Universal Scalability Law with the most throughput at <paramref name="best"/>.</summary>
    public static Func<int, double> BestAt(double best) => n => 0.002 * (1 + (0.05 * (n - 1)) + (0.95 / (best * best) * n * (n - 1)));

    private void Start()
    {
        while (_running.Count < Math.Min(callers, limit.Current))
        {
            var inFlight = _running.Count + 1;
            _running.Enqueue((_now, inFlight, _random.NextDouble() < TimeoutShare), _now + (Latency(inFlight) * (0.5 + _random.NextDouble())));
        }
    }

    private static long Ticks(double seconds) => (long)(seconds * TimeSpan.TicksPerSecond);
}
