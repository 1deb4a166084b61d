using EdgeDb.Core.Connections;
using Xunit;

namespace EdgeDb.Core.Tests.Connections;

public sealed class PredictiveFloorTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_floor_is_the_load_that_is_coming_and_three_standard_deviations()
    {
        var forecast = new LoadForecast(Minute);
        for (var i = 0; i < 100; i++)
            forecast.Observe(Start + (i * Minute), 6000);
        // 100 a second, held for 40 ms each: 4 in use, 6 more for chance.
        Assert.Equal(10, PredictiveFloor.Connections(forecast, TimeSpan.FromMilliseconds(40), most: 50));
    }

    [Fact]
    public void A_peak_is_prepared_for_before_it_comes()
    {
        var forecast = new LoadForecast(Minute);
        var time = Start;
        // Every hour the load is ten times as high for ten minutes.
        for (var i = 0; i < (24 * 60) + 56; i++)
            forecast.Observe(time += Minute, i % 60 < 10 ? 6000 : 600);
        // Four minutes before the next peak, 1 in use on average and 10 in the peak.
        Assert.InRange(PredictiveFloor.Connections(forecast, TimeSpan.FromMilliseconds(100), most: 50), 20, 25);
        for (var i = 0; i < 30; i++)
            forecast.Observe(time += Minute, i is >= 4 and < 14 ? 6000 : 600);
        Assert.InRange(PredictiveFloor.Connections(forecast, TimeSpan.FromMilliseconds(100), most: 50), 1, 12);
    }

    [Fact]
    public void Nothing_is_kept_before_there_is_anything_to_forecast_from() =>
        Assert.Equal(0, PredictiveFloor.Connections(new LoadForecast(Minute), TimeSpan.FromSeconds(1), most: 50));

    [Fact]
    public void A_load_that_is_expected_to_be_nothing_needs_no_connection()
    {
        var forecast = new LoadForecast(Minute);
        for (var i = 0; i < 100; i++)
            forecast.Observe(Start + (i * Minute), 0);
        Assert.Equal(0, PredictiveFloor.Connections(forecast, TimeSpan.FromSeconds(1), most: 50));
    }

    [Fact]
    public void The_floor_stays_within_the_pool()
    {
        var forecast = new LoadForecast(Minute);
        forecast.Observe(Start, 1e12);
        Assert.Equal(50, PredictiveFloor.Connections(forecast, TimeSpan.FromHours(1), most: 50));
    }
}
