using EdgeDb.Core.Connections;
using Xunit;

namespace EdgeDb.Core.Tests.Connections;

public sealed class PredictiveFloorTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_floor_is_the_rate_that_is_coming_times_the_hold_time()
    {
        var forecast = Trusted();
        // 6,000 a minute are 100 a second; held for 55 ms each, 5.5 are in use.
        Assert.Equal(6, PredictiveFloor.Connections(forecast, TimeSpan.FromMilliseconds(55), most: 50));
    }

    [Fact]
    public void The_floor_stays_within_the_pool() =>
        Assert.Equal(4, PredictiveFloor.Connections(Trusted(), TimeSpan.FromSeconds(10), most: 4));

    [Fact]
    public void A_forecast_that_is_not_trusted_keeps_nothing()
    {
        var forecast = new LoadForecast(TimeSpan.FromMinutes(1));
        Assert.Equal(0, PredictiveFloor.Connections(forecast, TimeSpan.FromSeconds(1), most: 50));
        forecast.Observe(Start, 6000);
        Assert.Equal(0, PredictiveFloor.Connections(forecast, TimeSpan.FromSeconds(1), most: 50));
    }

    /// <summary>Every fourth minute is a busy one, and the next of them is ten minutes ahead: the last value is wrong again and again, the forecast is not.</summary>
    private static LoadForecast Trusted()
    {
        var forecast = new LoadForecast(TimeSpan.FromMinutes(1));
        for (var i = 0; i <= 2000; i++)
            forecast.Observe(Start + TimeSpan.FromMinutes(i), i % 4 == 2 ? 6000 : 3000);
        Assert.True(forecast.Estimate(1)!.Value.Trusted);
        return forecast;
    }
}
