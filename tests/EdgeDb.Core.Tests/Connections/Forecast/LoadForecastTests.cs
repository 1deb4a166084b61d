using EdgeDb.Core.Connections;
using Xunit;

namespace EdgeDb.Core.Tests.Connections;

public sealed class LoadForecastTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Horizons_are_five_ten_and_fifteen_minutes_or_the_next_interval()
    {
        Assert.Equal([5, 10, 15], Minutes(TimeSpan.FromMinutes(1)));
        Assert.Equal([5, 10, 15], Minutes(TimeSpan.FromMinutes(5)));
        Assert.Equal([10, 10, 20], Minutes(TimeSpan.FromMinutes(10)));
        Assert.Equal([60, 60, 60], Minutes(TimeSpan.FromHours(1)));

        static double[] Minutes(TimeSpan interval)
        {
            var forecast = new LoadForecast(interval);
            Assert.Null(forecast.Estimate(0));
            forecast.Observe(Start, 1);
            return [.. Enumerable.Range(0, 3).Select(i => forecast.Estimate(i)!.Value.Horizon.TotalMinutes)];
        }
    }

    [Fact]
    public void The_time_of_day_is_kept_over_intervals_without_a_count()
    {
        var forecast = new LoadForecast(Interval);
        var time = Feed(forecast, Start, days: 8);
        // Seven hours without power, and then a month less half a day.
        time = Feed(forecast, time + TimeSpan.FromHours(7), days: 1);
        Assert.Equal((9 * 288) + (7 * 12), forecast.Intervals);
        AssertKnowsTheDay(forecast, ref time);
        time += TimeSpan.FromDays(29.5);
        AssertKnowsTheDay(forecast, ref time);
    }

    [Theory]
    [InlineData(-30 * 365)]
    [InlineData(-1)]
    [InlineData(-0.01)]
    [InlineData(30 * 365)]
    [InlineData(1000 * 365)]
    public void A_clock_that_jumps_costs_accuracy_for_a_while_and_nothing_else(double days)
    {
        var forecast = new LoadForecast(Interval);
        var time = Feed(forecast, Start, days: 8);
        var intervals = forecast.Intervals;
        // The clock is wrong for an hour, then right again; the load never noticed.
        var wrong = time + TimeSpan.FromDays(days);
        for (var i = 0; i < 12; i++)
        {
            forecast.Observe(wrong += Interval, Load(time += Interval));
            Assert.True(double.IsFinite(forecast.Estimate(2)!.Value.Point));
        }

        Assert.InRange(forecast.Intervals - intervals, 12, 12 + 288);
        time = Feed(forecast, time, days: 2);
        AssertKnowsTheDay(forecast, ref time);
    }

    [Fact]
    public void The_earliest_and_the_latest_time_there_are_do_no_harm()
    {
        var forecast = new LoadForecast(Interval);
        foreach (var time in new[] { DateTimeOffset.MinValue, DateTimeOffset.MaxValue, DateTimeOffset.MinValue, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue })
            forecast.Observe(time, 3);
        Assert.Equal(3, forecast.Estimate(0)!.Value.Point);
        Assert.InRange(forecast.Intervals, 5, 5 + (3 * 288));
    }

    [Fact]
    public void A_restart_goes_on_where_it_was()
    {
        var forecast = new LoadForecast(Interval);
        var time = Feed(forecast, Start, days: 7);
        var restored = LoadForecast.Restore(Interval, forecast.Save(), out var taken);
        Assert.True(taken);
        // The history had not wrapped yet: replaying it gives the very same learners.
        Assert.Equal(forecast.Estimate(2), restored.Estimate(2));
        // The time without power is filled in.
        time += TimeSpan.FromHours(3);
        forecast.Observe(time, Load(time));
        restored.Observe(time, Load(time));
        Assert.Equal(forecast.Estimate(2), restored.Estimate(2));
        AssertKnowsTheDay(restored, ref time);
    }

    [Fact]
    public void After_months_a_restart_forecasts_as_well_as_a_process_that_never_stopped()
    {
        var random = new Random(8);
        var forecast = new LoadForecast(Interval);
        var time = Start;
        for (var i = 0; i < 60 * 288; i++)
            forecast.Observe(time += Interval, Math.Round(Load(time) + (20 * random.NextDouble())));
        var restored = LoadForecast.Restore(Interval, forecast.Save(), out _);
        double error = 0, restoredError = 0;
        for (var i = 0; i < 288; i++)
        {
            time += Interval;
            var count = Math.Round(Load(time) + (20 * random.NextDouble()));
            error += Math.Abs(forecast.Estimate(0)!.Value.Point - count);
            restoredError += Math.Abs(restored.Estimate(0)!.Value.Point - count);
            forecast.Observe(time, count);
            restored.Observe(time, count);
        }

        Assert.InRange(restoredError / error, 0.9, 1.1);
    }

    [Fact]
    public void The_state_is_bounded_and_keeps_fractions_negative_counts_and_gaps()
    {
        var forecast = new LoadForecast(Interval);
        double[] counts = [0.1, -7, 1e15, 0, double.NaN, 12_345, -0.5, double.NaN, 3];
        for (var i = 0; i < 10_000; i++)
            forecast.Observe(Start + (i * Interval), counts[i % counts.Length]);
        var state = forecast.Save();
        Assert.InRange(state.Length, 1000, 28 * 1024);
        Assert.Equal(state, LoadForecast.Restore(Interval, state, out var restored).Save());
        Assert.True(restored);
    }

    [Fact]
    public void Damaged_and_foreign_states_are_as_good_as_none()
    {
        var forecast = new LoadForecast(Interval);
        for (var i = 0; i < 50; i++)
            forecast.Observe(Start + (i * Interval), i % 5 == 0 ? 0.5 : i * i);
        var state = forecast.Save();

        for (var length = 0; length < state.Length; length++)
            AssertRefused(state[..length]);
        for (var i = 0; i < state.Length; i++)
        {
            var damaged = (byte[])state.Clone();
            damaged[i] ^= 0x40;
            AssertRefused(damaged);
        }

        AssertRefused([.. state, 0]);
        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            var garbage = new byte[random.Next(300)];
            random.NextBytes(garbage);
            AssertRefused(garbage);
        }

        LoadForecast.Restore(TimeSpan.FromMinutes(1), state, out var ofOtherInterval);
        Assert.False(ofOtherInterval);

        static void AssertRefused(byte[] state)
        {
            var fresh = LoadForecast.Restore(Interval, state, out var restored);
            Assert.False(restored);
            Assert.Null(fresh.Estimate(0));
        }
    }

    [Fact]
    public void A_state_with_a_right_hash_and_wrong_content_is_refused_as_well()
    {
        var longer = LoadForecastState.Write(Interval, Start, new double[5000]);
        Assert.False(LoadForecastState.TryRead(longer, Interval, 4999, out _, out _));
        Assert.True(LoadForecastState.TryRead(longer, Interval, 5000, out _, out var counts));
        Assert.Equal(5000, counts.Length);
    }

    [Fact]
    public void Counting_from_several_threads_is_safe()
    {
        var forecast = new LoadForecast(Interval);
        Parallel.For(0, 2000, i =>
        {
            forecast.Observe(Start + (i * Interval), i);
            if (forecast.Estimate(i % 3) is { } estimate)
                Assert.True(double.IsFinite(estimate.Point));
        });
        Assert.True(LoadForecast.Restore(Interval, forecast.Save(), out var restored).Estimate(0) is not null && restored);
    }

    private static double Load(DateTimeOffset time) => Math.Round(1000 + (900 * Math.Sin(time.TimeOfDay / TimeSpan.FromDays(1) * Math.Tau)));

    private static DateTimeOffset Feed(LoadForecast forecast, DateTimeOffset time, int days)
    {
        for (var i = 0; i < days * 288; i++)
            forecast.Observe(time += Interval, Load(time));
        return time;
    }

    /// <summary>Over a day the mean error a quarter of an hour ahead is less than a third of the last value's.</summary>
    private static void AssertKnowsTheDay(LoadForecast forecast, ref DateTimeOffset time)
    {
        double error = 0, lastError = 0;
        for (var i = 0; i < 288; i++)
        {
            time += Interval;
            forecast.Observe(time, Load(time));
            var actual = Load(time + (3 * Interval));
            error += Math.Abs(forecast.Estimate(2)!.Value.Point - actual);
            lastError += Math.Abs(Load(time) - actual);
        }

        Assert.InRange(error / lastError, 0, 0.33);
    }
}
