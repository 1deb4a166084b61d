using EdgeDb.Core.Connections;
using Xunit;

namespace EdgeDb.Core.Tests.Connections;

public sealed class ShiftDetectorTests
{
    private const int WindowSize = 100;

    // Half of the load 200 times as slow as the other half: the mean of 100 of them scatters as much as the shift that is looked for.
    private const int ScatteredWindowSize = 1000;

    public static TheoryData<string> Loads => ["lognormal", "pareto", "cached", "constant"];

    [Theory]
    [MemberData(nameof(Loads))]
    public void A_stationary_load_raises_nothing_however_heavy_its_tail(string load)
    {
        var (detector, random) = (new ShiftDetector(), new Random(3));
        for (var window = 0; window < 20_000; window++)
        {
            detector.Add(Window(load, random, 1));
            Assert.False(detector.IsRaised, $"{load}, window {window}");
        }
    }

    [Theory]
    [MemberData(nameof(Loads))]
    public void Three_times_as_slow_is_raised_within_four_windows_and_ended_when_it_is_over(string load)
    {
        var random = new Random(11);
        for (var run = 0; run < 200; run++)
        {
            var detector = new ShiftDetector();
            Repeat(ShiftDetector.HistoryLength, 1);
            Assert.True(Repeat(4, 3) || detector.IsRaised, $"{load}, run {run}: not raised");
            Repeat(4, 1);
            Assert.False(detector.IsRaised, $"{load}, run {run}: not ended");

            bool Repeat(int windows, double factor)
            {
                var raised = false;
                for (var i = 0; i < windows; i++)
                {
                    detector.Add(Window(load, random, factor, load == "cached" ? ScatteredWindowSize : WindowSize));
                    raised |= detector.IsRaised;
                }
                return raised;
            }
        }
    }

    [Fact]
    public void One_slow_window_is_no_anomaly()
    {
        var (detector, random) = (new ShiftDetector(), new Random(5));
        for (var i = 0; i < 100; i++)
        {
            detector.Add(Window("lognormal", random, i % 10 == 9 ? 10 : 1));
            Assert.False(detector.IsRaised);
        }
    }

    [Fact]
    public void A_level_that_stays_becomes_the_usual()
    {
        var (detector, random) = (new ShiftDetector(), new Random(5));
        for (var i = 0; i < ShiftDetector.HistoryLength; i++)
            detector.Add(Window("lognormal", random, 1));
        var raised = 0;
        for (var i = 0; i < 200; i++)
        {
            detector.Add(Window("lognormal", random, 10));
            raised += detector.IsRaised ? 1 : 0;
        }

        Assert.InRange(raised, ShiftDetector.HistoryLength - 2, ShiftDetector.HistoryLength);
    }

    [Fact]
    public void Windows_with_few_records_are_not_judged()
    {
        var (detector, random) = (new ShiftDetector(), new Random(5));
        for (var i = 0; i < ShiftDetector.HistoryLength; i++)
            detector.Add(Window("lognormal", random, 1));
        for (var i = 0; i < 10; i++)
        {
            var counts = new int[LatencyBuckets.Count];
            counts[LatencyBuckets.IndexOf(TimeSpan.TicksPerSecond * 60)] = 29;
            detector.Add(counts);
        }

        Assert.False(detector.IsRaised);
    }

    private static int[] Window(string load, Random random, double factor, int size = WindowSize)
    {
        var counts = new int[LatencyBuckets.Count];
        for (var i = 0; i < size; i++)
            counts[LatencyBuckets.IndexOf((long)(factor * Duration(load, random)))]++;
        return counts;
    }

    // Ticks. A standard deviation of 1.2 in logarithms is a p99 of 16 medians; Pareto with exponent 1.1 has no variance; a cache answers half in 10 µs, the rest in 2 ms.
    private static double Duration(string load, Random random) => load switch
    {
        "lognormal" => 5000 * Math.Exp(1.2 * Normal(random)),
        "pareto" => 1000 * Math.Pow(1 - random.NextDouble(), -1 / 1.1),
        "cached" => random.Next(2) == 0 ? 100 : 20_000,
        _ => 5000,
    };

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
