using EdgeDb.Core.Connections;
using Xunit;

namespace EdgeDb.Core.Tests.Connections.Limits;

public sealed class DurationWindowTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1_000)]
    [InlineData(123_456_789)]
    public void A_duration_is_known_to_two_percent(long ticks)
    {
        var window = new DurationWindow();
        window.Add(ticks);
        Assert.Equal(Math.Log(ticks), window.LogBetween(0, 1).Mean, 0.021);
    }

    [Fact]
    public void Mean_and_variance_are_those_of_the_logarithms_between_the_ranks()
    {
        var random = new Random(1);
        var window = new DurationWindow();
        var logs = new double[2000];
        for (var i = 0; i < logs.Length; i++)
        {
            logs[i] = Math.Log(1_000_000) + (random.NextDouble() * 3);
            window.Add((long)Math.Exp(logs[i]));
        }

        Array.Sort(logs);
        var between = logs[400..1800];
        var mean = between.Average();
        var (ours, variance) = window.LogBetween(0.2, 0.9);
        Assert.Equal(mean, ours, 0.01);
        Assert.Equal(between.Average(log => (log - mean) * (log - mean)), variance, 0.02);
    }

    [Fact]
    public void Outliers_beyond_the_last_rank_do_not_count()
    {
        var window = new DurationWindow();
        for (var i = 0; i < 100; i++)
            window.Add(i < 95 ? 1000 : 1_000_000);
        Assert.Equal(Math.Log(1000), window.LogBetween(0.2, 0.9).Mean, 0.021);
    }

    [Fact]
    public void Impossible_durations_count_in_the_first_and_the_last_bucket()
    {
        var window = new DurationWindow();
        window.Add(-5);
        window.Add(long.MaxValue);
        Assert.Equal(2, window.Count);
        Assert.Equal((Math.Log(1) + Math.Log(1L << 28)) / 2, window.LogBetween(0, 1).Mean, 0.05);
    }

    [Fact]
    public void A_cleared_window_is_empty()
    {
        var window = new DurationWindow();
        window.Add(5);
        window.Clear();
        window.Clear();
        window.Add(1000);
        Assert.Equal(Math.Log(1000), window.LogBetween(0, 1).Mean, 0.021);
    }
}
