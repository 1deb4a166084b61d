using EdgeDb.Core.Connections;
using Xunit;

namespace EdgeDb.Core.Tests.Connections;

public sealed class LatencyWindowsTests
{
    private const long Window = 60 * TimeSpan.TicksPerSecond;

    [Fact]
    public void Buckets_follow_each_other_and_their_middle_is_within_a_32nd()
    {
        for (var bucket = 0; bucket < LatencyBuckets.Count; bucket++)
        {
            var (lower, upper) = (LatencyBuckets.LowerTicks(bucket), LatencyBuckets.LowerTicks(bucket + 1));
            Assert.True(lower < upper);
            Assert.Equal((bucket, bucket), (LatencyBuckets.IndexOf(lower), LatencyBuckets.IndexOf(upper - 1)));
            foreach (var ticks in (long[])[lower, upper - 1])
                Assert.InRange(Math.Abs(LatencyBuckets.MiddleTicks(bucket) - ticks), 0, (ticks / 32.0) + 0.5);
        }
        Assert.Equal(0, LatencyBuckets.IndexOf(-5));
        Assert.Equal(LatencyBuckets.Count - 1, LatencyBuckets.IndexOf(long.MaxValue));
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(0.95)]
    [InlineData(0.99)]
    [InlineData(1.0)]
    public void Quantiles_are_within_their_error_of_the_exact_ones(double q)
    {
        var random = new Random(7);
        var (windows, all) = (new LatencyWindows(Window, 1), new List<long>());
        for (var i = 0; i < 50_000; i++)
        {
            all.Add((long)(1000 * Math.Exp(2 * Normal(random))));
            windows.Record(0, all[^1]);
        }

        all.Sort();
        var exact = all[(int)Math.Ceiling(q * all.Count) - 1];
        // The kept quantiles are up to a sixteenth of the records old; here they are made anew.
        Assert.InRange(new LatencyQuantiles(windows).QuantileTicks(q), exact * (1 - (1 / 32.0)) - 1, exact * (1 + (1 / 32.0)) + 1);
    }

    [Fact]
    public void Without_a_record_there_is_no_quantile()
    {
        var quantiles = new LatencyQuantiles(new LatencyWindows(Window, 1));

        Assert.Equal((0, 0, 0), (quantiles.Count, quantiles.QuantileTicks(0.99), quantiles.QuantileTicks(0.7)));
    }

    [Fact]
    public void What_is_older_than_two_windows_is_forgotten()
    {
        var windows = new LatencyWindows(Window, 1);
        var quantiles = new LatencyQuantiles(windows);
        for (var i = 0; i < 1000; i++)
            windows.Record(0, 1_000_000);
        for (var i = 0; i < 100; i++)
            windows.Record(Window, 1000);
        Assert.InRange(quantiles.QuantileTicks(0.5), 900_000, 1_100_000);
        Assert.Equal(1100, quantiles.Count);

        for (var i = 0; i < 100; i++)
            windows.Record(2 * Window, 1000);

        Assert.Equal(200, quantiles.Count);
        Assert.InRange(quantiles.QuantileTicks(0.99), 900, 1100);
    }

    [Fact]
    public void A_window_with_too_little_goes_on_but_not_for_ever()
    {
        var windows = new LatencyWindows(Window, 100);
        windows.Record(0, 5000);
        for (var i = 1; i < 15; i++)
            windows.Record(i * Window, 1000);
        Assert.Equal(15, windows.Count);

        windows.Record(15 * Window, 1000);
        Assert.Equal(16, windows.Count);
        for (var i = 16; i <= 30; i++)
            windows.Record(i * Window, 1000);

        Assert.Equal(16, windows.Count);
        Assert.Equal(31, windows.TotalCount);
    }

    [Fact]
    public void After_a_long_silence_nothing_of_before_counts()
    {
        var windows = new LatencyWindows(Window, 1);
        for (var i = 0; i < 500; i++)
            windows.Record(0, 1_000_000);

        windows.Record(100 * Window, 1000);

        Assert.Equal((1, 501), (windows.Count, windows.TotalCount));
    }

    [Fact]
    public void Kept_quantiles_follow_what_is_recorded()
    {
        var windows = new LatencyWindows(Window, 1);
        var quantiles = new LatencyQuantiles(windows);
        for (var i = 0; i < 1000; i++)
            windows.Record(0, 1000);
        Assert.InRange(quantiles.QuantileTicks(0.5), 970, 1030);

        for (var i = 0; i < 2000; i++)
            windows.Record(0, 50_000);

        Assert.InRange(quantiles.QuantileTicks(0.5), 48_000, 52_000);
    }

    [Fact]
    public async Task Totals_lose_nothing_while_many_record_and_windows_end()
    {
        const int Threads = 4, Each = 200_000;
        var windows = new LatencyWindows(1000, 1);
        long now = 0;
        long least = 0;
        var stop = false;
        // Totals are read all the while, and must never fall.
        var reader = Task.Run(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                var total = Total();
                Assert.True(total >= least);
                least = total;
            }
        }, TestContext.Current.CancellationToken);
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            for (var i = 0; i < Each; i++)
                windows.Record(Interlocked.Add(ref now, 7), random.Next(1, 1_000_000));
        })));
        Volatile.Write(ref stop, true);
        await reader;

        Assert.Equal((Threads * Each, Threads * Each), (Total(), windows.TotalCount));

        long Total()
        {
            var octaves = new long[LatencyBuckets.OctaveCount + 1];
            windows.AddTotalTo(octaves);
            return octaves.Sum();
        }
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
