using EdgeDb.Core.Learning;
using Xunit;

namespace EdgeDb.Core.Tests.Learning;

public sealed class ConformalIntervalTests
{
    private const int Steps = 10_000;

    private static readonly Dictionary<string, Func<int, Random, double>> Errors = new()
    {
        ["noise"] = static (_, random) => random.NextDouble() + random.NextDouble() - 1,
        ["noise that grows a thousandfold"] = static (i, random) => Math.Pow(1000, (double)i / Steps) * (random.NextDouble() - 0.5),
        ["noise that shrinks a thousandfold"] = static (i, random) => Math.Pow(1000, -(double)i / Steps) * (random.NextDouble() - 0.5),
        ["a forecast that falls ever farther behind"] = static (i, random) => (0.01 * i) + random.NextDouble(),
        ["a bias that jumps"] = static (i, random) => (i / 1000 % 2 * 20) + random.NextDouble(),
        ["spikes"] = static (_, random) => random.Next(20) == 0 ? 1000 * random.NextDouble() : random.NextDouble(),
        ["heavy tails"] = static (_, random) => Math.Tan(Math.PI * (random.NextDouble() - 0.5)),
        ["never any error"] = static (_, _) => 0,
        ["mostly no error"] = static (_, random) => random.Next(50) == 0 ? random.NextDouble() : 0,
        ["two values"] = static (_, random) => random.Next(4) == 0 ? 1 : 0,
        ["small whole numbers"] = static (_, random) => random.Next(5),
    };

    public static TheoryData<string> Names => [.. Errors.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Nine_of_ten_outcomes_lie_in_the_interval_and_as_many_above_as_below(string name)
    {
        var random = new Random(5);
        var interval = new ConformalInterval(0.9, window: 300, adaptation: 0.01);
        int below = 0, above = 0, inside = 0;
        for (var i = 0; i < Steps; i++)
        {
            var around = interval.Around(100);
            var actual = 100 + Errors[name](i, random);
            below += around.IsBelow(actual) ? 1 : 0;
            above += around.IsAbove(actual) ? 1 : 0;
            inside += around.Contains(actual) ? 1 : 0;
            interval.Learn(around, 100, actual);
        }

        Assert.InRange((double)inside / Steps, 0.89, 0.91);
        Assert.InRange((double)below / Steps, 0.04, 0.06);
        Assert.InRange((double)above / Steps, 0.04, 0.06);
    }

    [Fact]
    public void Where_nothing_ever_deviates_only_the_ends_are_left_out_and_the_numbers_stay()
    {
        var interval = new ConformalInterval(0.9, window: 300, adaptation: 0.01);
        for (var i = 0; i < 1000; i++)
        {
            var around = interval.Around(20);
            Assert.Equal((20, 20), (around.Lower, around.Upper));
            interval.Learn(around, 20, 20);
        }
    }

    [Fact]
    public void The_same_series_gets_the_same_intervals_in_every_run()
    {
        var (one, other) = (new ConformalInterval(0.9, 300, 0.01), new ConformalInterval(0.9, 300, 0.01));
        for (var i = 0; i < 500; i++)
        {
            var around = one.Around(i);
            Assert.Equal(around, other.Around(i));
            one.Learn(around, i, i % 3);
            other.Learn(around, i, i % 3);
        }
    }
}
