using EdgeDb.Core.Learning;
using Xunit;

namespace EdgeDb.Core.Tests.Learning;

public sealed class PolynomialWeightsTests
{
    [Fact]
    public void The_mix_converges_to_the_best_learner()
    {
        var random = new Random(1);
        var weights = new PolynomialWeights(3, memory: 0.999);
        double mixedError = 0, bestError = 0;
        for (var i = 0; i < 4000; i++)
        {
            var actual = 100 + (10 * random.NextDouble());
            double[] forecasts = [actual + 30 + random.NextDouble(), actual + (random.NextDouble() - 0.5), actual + 50];
            var mixed = weights.Mix(forecasts);
            weights.Learn(forecasts, mixed, actual);
            if (i < 2000)
                continue;
            mixedError += Math.Abs(mixed - actual);
            bestError += Math.Abs(forecasts[1] - actual);
        }

        Assert.InRange(mixedError / bestError, 0.9, 1.15);
    }

    [Fact]
    public void Two_learners_that_err_to_opposite_sides_are_mixed_to_something_better_than_both()
    {
        var random = new Random(2);
        var weights = new PolynomialWeights(2, memory: 0.999);
        double mixedError = 0;
        for (var i = 0; i < 2000; i++)
        {
            var actual = 50 + random.NextDouble();
            double[] forecasts = [actual + 10, actual - 10];
            var mixed = weights.Mix(forecasts);
            weights.Learn(forecasts, mixed, actual);
            mixedError += Math.Abs(mixed - actual);
        }

        Assert.True(mixedError / 2000 < 2, $"mean error {mixedError / 2000}, each learner's is 10");
    }

    [Fact]
    public void A_change_of_the_best_learner_is_followed()
    {
        var weights = new PolynomialWeights(2, memory: 0.99);
        for (var i = 0; i < 3000; i++)
        {
            double actual = i % 7;
            double[] forecasts = i < 2000 ? [actual, actual + 5] : [actual + 5, actual];
            var mixed = weights.Mix(forecasts);
            if (i is > 1900 and < 2000 or > 2900)
                Assert.True(Math.Abs(mixed - actual) < 0.5, $"step {i}: {mixed} for {actual}");
            weights.Learn(forecasts, mixed, actual);
        }
    }

    [Fact]
    public void A_learner_that_sleeps_has_no_part_and_keeps_its_weight()
    {
        var weights = new PolynomialWeights(3, memory: 1);
        for (var i = 0; i < 100; i++)
        {
            double[] forecasts = [1, 9, double.NaN];
            weights.Learn(forecasts, weights.Mix(forecasts), 1);
        }

        Assert.Equal(1, weights.Mix([1, 9, double.NaN]), 6);
        for (var i = 0; i < 100; i++)
        {
            double[] forecasts = [double.NaN, 9, 5];
            weights.Learn(forecasts, weights.Mix(forecasts), 5);
        }

        Assert.Equal(5, weights.Mix([double.NaN, 9, 5]), 6);
        Assert.InRange(weights.Mix([1, 9, 5]), 1, 5);
    }

    [Fact]
    public void Before_anything_is_learnt_all_have_equal_parts() =>
        Assert.Equal(4, new PolynomialWeights(3, memory: 0.999).Mix([2, double.NaN, 6]));
}
