using EdgeDb.Core.Learning;
using Xunit;

namespace EdgeDb.Core.Tests.Learning;

public sealed class SimpleLearnerTests
{
    [Fact]
    public void The_last_value_is_the_last_that_was_measured() =>
        Assert.Equal([7, 7], Forecast(new LastValue(), [1, 2], [3, 7, double.NaN]));

    [Fact]
    public void A_median_leaves_out_what_was_not_measured_and_what_is_too_old() =>
        Assert.Equal([4], Forecast(new RollingMedian("x", 3), [1], [100, 4, double.NaN, 2, 9]));

    [Fact]
    public void A_mean_is_of_the_newest_values() =>
        Assert.Equal([5], Forecast(new RollingMean("x", 2), [1], [100, 4, 6]));

    [Fact]
    public void An_exponential_average_goes_the_part_of_its_gain() =>
        Assert.Equal([17.5], Forecast(new ExponentialAverage("x", 0.25), [1], [10, double.NaN, 40]));

    [Fact]
    public void A_trend_is_followed_and_fades_with_distance()
    {
        var forecasts = Forecast(new DampedHolt(0.5, 0.5, 0.9), [1, 2, 100, 200], [.. Enumerable.Range(0, 100).Select(static i => 10.0 * i)]);
        Assert.InRange(forecasts[0], 990, 1010);
        Assert.InRange(forecasts[1], forecasts[0] + 5, forecasts[0] + 10);
        Assert.Equal(forecasts[2], forecasts[3], 0.1);
        Assert.InRange(forecasts[2], 1000, 1120);
    }

    [Fact]
    public void The_daily_profile_knows_the_days_course_and_how_much_is_up_on_it_today()
    {
        double[] day = [1, 5, 9, 5];
        Assert.Equal([5, 1], Forecast(new DailyProfile(4), [1, 2], [.. day, .. day, .. day[..3]]));
        var raised = Forecast(new DailyProfile(4), [1], [.. day, .. day, 11, 15, 19]);
        Assert.InRange(raised[0], 10, 15);
    }

    [Fact]
    public void The_daily_profile_sleeps_where_it_has_not_been_yet() =>
        Assert.Equal([double.NaN, 3], Forecast(new DailyProfile(4), [1, 4], [3]));

    [Fact]
    public void The_same_time_of_the_days_before_is_taken_with_its_neighbours()
    {
        var days = Enumerable.Range(0, 60).Select(static i => (double)(i % 20)).ToArray();
        Assert.Equal([4], Forecast(new SameTimeMedian(20), [5], days));
    }

    [Fact]
    public void Lag_regression_finds_an_autoregressive_law()
    {
        var random = new Random(6);
        var learner = new LagRegression(stepsPerDay: 1440, [1]);
        var history = new SeriesHistory(3000);
        var forecast = new double[1];
        double value = 100, error = 0, lastError = 0;
        for (var i = 0; i < 3000; i++)
        {
            var next = 100 + (0.5 * (value - 100)) + random.NextDouble() - 0.5;
            if (i > 1000)
            {
                error += Math.Abs(forecast[0] - next);
                lastError += Math.Abs(value - next);
            }

            value = next;
            history.Add(value, measured: true);
            learner.Observe(history, measured: true);
            learner.Forecast(history, [1], forecast);
        }

        // Best possible: uniform noise has a mean deviation of 0.25.
        Assert.InRange(error / 2000, 0.24, 0.26);
        Assert.True(lastError / 2000 > 0.27, $"{lastError / 2000}");
    }

    private static double[] Forecast(ISeriesLearner learner, int[] horizons, double[] values)
    {
        var history = new SeriesHistory(200);
        foreach (var value in values)
        {
            history.Add(double.IsNaN(value) ? 0 : value, !double.IsNaN(value));
            learner.Observe(history, !double.IsNaN(value));
        }

        var forecasts = new double[horizons.Length];
        learner.Forecast(history, horizons, forecasts);
        return forecasts;
    }
}
