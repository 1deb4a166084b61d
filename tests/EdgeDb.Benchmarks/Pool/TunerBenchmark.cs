using EdgeDb.Core.Connections;

namespace EdgeDb.Benchmarks.Pool;

/// <summary>
/// The tuner on the simulated database of <see cref="LimitBenchmark"/>: how far it gets from a bad size in some hours, and how often it keeps a change that
/// has no effect at all.
/// </summary>
internal static class TunerBenchmark
{
    private const double Hours = 4;
    private const int NullSeeds = 1000;

    private static readonly int[] FirstSizes = [2, 3, 40];

    public static Task RunAsync()
    {
        Improve();
        DoNothing();
        return Task.CompletedTask;
    }

    private static void Improve()
    {
        Console.WriteLine($"A fixed size that the tuner improves in {Hours:0} h at 1.2 times the capacity, best at 12; answers in time of the last quarter of an hour, in % of those with 12:");
        var database = DatabaseShape.With(12, 0.004);
        var scenario = new LimitScenario("tuner", Hours * 3600, _ => database) { ArrivalsPerSecond = _ => database.BestThroughput * 1.2 };
        foreach (var first in FirstSizes)
        {
            var rows = Enumerable.Range(201, 4).AsParallel().AsOrdered().Select(seed =>
            {
                var tuned = new Tuned(first, seed);
                LimitSimulation.Run(scenario, seed, _ => tuned.Size, tuned.Look);
                var fair = new Tuned(12, seed, TunerMode.Off);
                LimitSimulation.Run(scenario with { Seconds = 1000 }, seed, _ => fair.Size, fair.Look);
                return (tuned.Size, Share: tuned.LatestGoodPerSecond / fair.LatestGoodPerSecond, tuned.Tuner.History.Length);
            }).ToArray();
            Console.WriteLine($"  from {first,2}: to {string.Join(", ", rows.Select(static r => r.Size)),-16} {100 * rows.Average(static r => r.Share),6:0.0} % ({string.Join(", ", rows.Select(static r => $"{100 * r.Share:0.0}"))}) after {rows.Average(static r => r.Length):0} decisions");
        }
    }

    private static void DoNothing()
    {
        // 40 requests a second in waves of some minutes; the setting changes nothing.
        var database = DatabaseShape.With(12, 0.004);
        var scenario = new LimitScenario("null", 7200, _ => database) { ArrivalsPerSecond = static at => 40 * (1 + (0.5 * Math.Sin(at / 60))) };
        var kept = Enumerable.Range(1, NullSeeds).AsParallel().Count(seed =>
        {
            var tuned = new Tuned(8, seed) { MostDecisions = 1 };
            LimitSimulation.Run(scenario, seed, static _ => 20, tuned.Look);
            return tuned.Tuner.History[0].Outcome == TuningOutcome.Kept;
        });
        Console.WriteLine($"A setting without effect: {kept} of {NullSeeds} trials kept it ({100.0 * kept / NullSeeds:0.0} %; 1 % is allowed).");

        var quiet = new Tuned(8, 1);
        LimitSimulation.Run(scenario with { Seconds = 86_400, ArrivalsPerSecond = static _ => 0.5 }, 1, static _ => 20, quiet.Look);
        Console.WriteLine($"A day with a request every two seconds: {quiet.Tuner.History.Length} decisions, {quiet.Changes} changes.");
    }

    private sealed class Tuned
    {
        private readonly VirtualTime _time = new();
        private TuningReading _reading;
        private TuningReading _quarterAgo;
        private double _quarterAt;

        public Tuned(int size, int seed, TunerMode mode = TunerMode.Auto)
        {
            Size = size;
            Tuner = new Tuner(new TunerOptions { Mode = mode }, _time, seed);
            var tunable = new Tunable
            {
                Name = "size", Unit = "connections", Minimum = 1, Maximum = 50, Grain = 1, Cost = "memory",
                Get = () => Size,
                Set = value => (Size, Changes) = ((int)value, Changes + 1),
            };
            Tuner.Add(new TuningSubject("database", [tunable], () => _reading));
        }

        public Tuner Tuner { get; }

        public int Size { get; private set; }

        public int Changes { get; private set; }

        /// <summary>Does no more after so many.</summary>
        public int MostDecisions { get; init; } = int.MaxValue;

        public double LatestGoodPerSecond => (_reading.Answered - _quarterAgo.Answered) / (_time.Seconds - _quarterAt);

        public void Look(double now, TuningReading reading)
        {
            (_time.Seconds, _reading) = (now, reading);
            if (now % 900 < 1)
                (_quarterAgo, _quarterAt) = (reading, now);
            if (Tuner.History.Length < MostDecisions)
                Tuner.Tick();
        }
    }

    private sealed class VirtualTime : TimeProvider
    {
        public double Seconds { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => (long)(Seconds * TimeSpan.TicksPerSecond);

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddSeconds(Seconds);
    }
}
