using EdgeDb.Core.Learning;
using Xunit;

namespace EdgeDb.Core.Tests.Learning;

public sealed class RecursiveLeastSquaresTests
{
    [Fact]
    public void A_linear_law_is_found_through_noise_and_spikes()
    {
        var random = new Random(1);
        var model = new RecursiveLeastSquares(features: 3, forgetting: 0.9995);
        for (var i = 0; i < 3000; i++)
        {
            double[] x = [1, random.NextDouble(), random.NextDouble()];
            var noise = random.Next(50) == 0 ? 100 : 0.1 * (random.NextDouble() - 0.5);
            model.Learn(x, 2 + (3 * x[1]) - x[2] + noise);
        }

        Assert.Equal(2 + (3 * 0.4) - 0.9, model.Predict([1, 0.4, 0.9]), 0.1);
    }

    [Fact]
    public void A_law_that_changes_is_found_again()
    {
        var random = new Random(1);
        var model = new RecursiveLeastSquares(features: 2, forgetting: 0.99);
        for (var i = 0; i < 3000; i++)
        {
            double[] x = [1, random.NextDouble()];
            model.Learn(x, i < 1500 ? 5 * x[1] : 1 - (5 * x[1]));
        }

        Assert.Equal(1 - 2.5, model.Predict([1, 0.5]), 0.05);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    [InlineData(1e-300, 1e-300)]
    [InlineData(1e150, 1e150)]
    [InlineData(1e300, -1e300)]
    public void Features_that_never_move_and_sizes_out_of_all_proportion_leave_it_finite_and_able_to_learn(double feature, double target)
    {
        var model = new RecursiveLeastSquares(features: 3, forgetting: 0.99);
        for (var i = 0; i < 20_000; i++)
            model.Learn([1, feature, 0], target);
        Assert.True(double.IsFinite(model.Predict([1, 1, 1])));

        var random = new Random(1);
        for (var i = 0; i < 5000; i++)
        {
            double[] x = [1, random.NextDouble(), random.NextDouble()];
            model.Learn(x, x[1] + x[2]);
        }

        Assert.Equal(1, model.Predict([1, 0.5, 0.5]), 0.05);
    }
}
