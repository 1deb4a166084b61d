using EdgeDb.Core.Learning;
using Xunit;

namespace EdgeDb.Core.Tests.Learning;

public sealed class SeriesForecasterTests
{
    private static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5);

    [Fact]
    public void A_daily_course_is_learnt_and_the_forecast_trusted()
    {
        var random = new Random(1);
        var (ratio, trusted) = Run(10 * 288, i => 100 + (80 * Math.Sin(i * Math.Tau / 288)) + (2 * random.NextDouble()));
        Assert.InRange(ratio, 0, 0.6);
        Assert.InRange(trusted, 0.95, 1);
    }

    [Fact]
    public void On_a_random_walk_where_nothing_beats_the_last_value_the_last_value_is_given()
    {
        var random = new Random(2);
        double value = 1000;
        var (ratio, trusted) = Run(4000, _ => value += random.NextDouble() - 0.5);
        Assert.InRange(ratio, 0.99, 1.005);
        Assert.InRange(trusted, 0, 0.4);
    }

    [Fact]
    public void Without_trust_the_point_is_the_last_value()
    {
        var forecaster = new SeriesForecaster(FiveMinutes, 1, 3);
        forecaster.Observe(5);
        Assert.Equal((5, false), (forecaster.Forecast(1).Point, forecaster.Forecast(1).Trusted));
        forecaster.Observe(8);
        Assert.Equal((8, false), (forecaster.Forecast(1).Point, forecaster.Forecast(1).Trusted));
    }

    [Fact]
    public void There_is_no_forecast_before_the_first_measurement()
    {
        var forecaster = new SeriesForecaster(FiveMinutes, 1);
        forecaster.Observe(double.NaN);
        Assert.False(forecaster.HasForecast);
        forecaster.Observe(0);
        Assert.True(forecaster.HasForecast);
    }

    [Fact]
    public void Values_that_are_no_measurements_and_the_largest_that_are_leave_every_forecast_finite()
    {
        double[] awful = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.MaxValue, 1e15, -1e15, double.Epsilon, 0, -0.0];
        var random = new Random(3);
        var forecaster = new SeriesForecaster(FiveMinutes, 1, 2, 3);
        for (var i = 0; i < 3000; i++)
        {
            forecaster.Observe(random.Next(3) == 0 ? awful[random.Next(awful.Length)] : 10 + random.NextDouble());
            for (var h = 0; forecaster.HasForecast && h < 3; h++)
            {
                var forecast = forecaster.Forecast(h);
                Assert.True(double.IsFinite(forecast.Point + forecast.Interval.Lower + forecast.Interval.Upper), $"step {i}: {forecast}");
            }
        }

        // And it works again afterwards.
        double error = 0;
        for (var i = 0; i < 1000; i++)
        {
            forecaster.Observe(10 + (i % 2));
            error += i >= 700 ? Math.Abs(forecaster.Forecast(0).Point - 10 - ((i + 1) % 2)) : 0;
        }

        Assert.InRange(error / 300, 0, 0.3);
    }

    [Fact]
    public void A_series_that_changes_its_nature_is_noticed_and_learnt_again()
    {
        var random = new Random(4);
        var drifts = 0;
        var (ratio, _) = Run(
            3000,
            i => i < 1500 ? 50 + random.NextDouble() : 500 + (i % 10 * 50) + random.NextDouble(),
            from: 2000,
            each: forecaster => drifts = forecaster.Drifts);
        Assert.InRange(drifts, 1, 5);
        Assert.InRange(ratio, 0, 0.2);
    }

    [Fact]
    public void Observing_allocates_nothing_however_long_it_runs()
    {
        var forecaster = new SeriesForecaster(TimeSpan.FromMinutes(1), 5, 10, 15);
        var random = new Random(5);
        for (var i = 0; i < 500; i++)
            forecaster.Observe(random.Next(100));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 5000; i++)
            forecaster.Observe(random.Next(100));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    [InlineData(86_400)]
    public void Its_memory_is_bounded_for_every_length_of_step(int seconds)
    {
        var step = TimeSpan.FromSeconds(seconds);
        int[] horizons = [.. new[] { 300, 600, 900 }.Select(horizon => Math.Max(1, horizon / seconds))];
        var before = GC.GetAllocatedBytesForCurrentThread();
        var forecaster = new SeriesForecaster(step, horizons);
        forecaster.Observe(1);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_500_000);
        if (seconds == 60)
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
    }

    /// <summary>Error one step ahead as a part of the last value's, and the share of trusted forecasts, from a step on.</summary>
    private static (double Ratio, double Trusted) Run(int steps, Func<int, double> series, int from = 600, Action<SeriesForecaster>? each = null)
    {
        var forecaster = new SeriesForecaster(FiveMinutes, 1);
        double error = 0, lastError = 0, last = 0;
        var trusted = 0;
        for (var i = 0; i < steps; i++)
        {
            var value = series(i);
            if (i > from)
            {
                error += Math.Abs(forecaster.Forecast(0).Point - value);
                lastError += Math.Abs(last - value);
                trusted += forecaster.Forecast(0).Trusted ? 1 : 0;
            }

            last = value;
            forecaster.Observe(value);
            each?.Invoke(forecaster);
        }

        return (error / lastError, trusted / (double)(steps - from - 1));
    }
}
