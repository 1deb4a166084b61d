using EdgeDb.Core.Learning;
using Xunit;

namespace EdgeDb.Core.Tests.Learning;

public sealed class PageHinkleyTests
{
    [Fact]
    public void A_stream_that_does_not_change_raises_no_alarm()
    {
        var random = new Random(1);
        var test = new PageHinkley(tolerance: 0.5, threshold: 50);
        for (var i = 0; i < 20_000; i++)
            Assert.False(test.Add(random.NextDouble()), $"value {i}");
    }

    [Theory]
    [InlineData(1e-6)]
    [InlineData(1e9)]
    public void A_mean_that_rises_is_noticed_soon_whatever_the_size_of_the_values(double unit)
    {
        var random = new Random(1);
        var test = new PageHinkley(tolerance: 0.5, threshold: 50);
        for (var i = 0; i < 1000; i++)
            Assert.False(test.Add(unit * random.NextDouble()));
        var until = Enumerable.Range(1, 1000).First(_ => test.Add(unit * (1 + random.NextDouble())));
        Assert.InRange(until, 2, 40);
    }

    [Fact]
    public void A_mean_that_falls_is_no_alarm()
    {
        var random = new Random(1);
        var test = new PageHinkley(tolerance: 0.5, threshold: 50);
        for (var i = 0; i < 4000; i++)
            Assert.False(test.Add((i < 2000 ? 1 : 0.2) * random.NextDouble()));
    }

    [Fact]
    public void One_outlier_is_no_drift()
    {
        var random = new Random(1);
        var test = new PageHinkley(tolerance: 0.5, threshold: 50);
        for (var i = 0; i < 4000; i++)
            Assert.False(test.Add(i % 1000 == 500 ? 1e6 : random.NextDouble()), $"value {i}");
    }

    [Fact]
    public void A_stream_of_zeros_raises_no_alarm()
    {
        var test = new PageHinkley(tolerance: 0.5, threshold: 50);
        for (var i = 0; i < 1000; i++)
            Assert.False(test.Add(0));
    }
}
