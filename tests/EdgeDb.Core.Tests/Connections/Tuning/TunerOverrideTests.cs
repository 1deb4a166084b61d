using EdgeDb.Core.Connections;
using Xunit;

namespace EdgeDb.Core.Tests.Connections.Tuning;

public sealed class TunerOverrideTests
{
    [Fact]
    public void A_pin_holds_until_it_is_released_and_the_value_before_comes_back()
    {
        var endpoint = new TunedEndpoint(1, TunerMode.Auto);
        Assert.True(endpoint.Tuner.TryPin("database", "size", 20, TimeSpan.FromDays(2)));
        endpoint.Run(TimeSpan.FromHours(10));
        Assert.Equal([20], endpoint.Settings);
        Assert.True(endpoint.Tuner.TryRelease("database", "size"));
        Assert.Equal(4, endpoint.Value);
        Assert.False(endpoint.Tuner.TryRelease("database", "size"));
        Assert.Equal([TuningOutcome.Released, TuningOutcome.Pinned], endpoint.Tuner.History.Select(static entry => entry.Outcome));
    }

    [Theory]
    [InlineData(TunerMode.Off)]
    [InlineData(TunerMode.Auto)]
    public void A_pin_ends_by_itself_whatever_the_mode_and_the_wall_clock(TunerMode mode)
    {
        var endpoint = new TunedEndpoint(1, mode) { RequestsPerSecond = 0 };
        endpoint.Tuner.TryPin("database", "size", 20, TimeSpan.FromMinutes(10));
        endpoint.Time.SetUtcNow(new DateTimeOffset(1970, 1, 1, 0, 0, 0, TimeSpan.Zero));
        endpoint.Run(TimeSpan.FromMinutes(9));
        Assert.Equal(20, endpoint.Value);
        endpoint.Run(TimeSpan.FromMinutes(2));
        Assert.Equal(4, endpoint.Value);
    }

    [Fact]
    public void A_pin_of_an_earlier_run_holds_for_the_time_that_is_left_of_it()
    {
        var endpoint = new TunedEndpoint(1, TunerMode.Off) { RequestsPerSecond = 0 };
        var version = endpoint.Tuner.OverridesVersion;
        endpoint.Tuner.Resume("database", "size", 20, TimeSpan.FromMinutes(10));
        Assert.NotEqual(version, endpoint.Tuner.OverridesVersion);
        var (subject, tunable, pin) = Assert.Single(endpoint.Tuner.Overrides.Pins);
        Assert.Equal(("database", "size", 20.0, 4.0), (subject, tunable, pin.Value, pin.Before));
        endpoint.Run(TimeSpan.FromMinutes(9));
        Assert.Equal(20, endpoint.Value);
        endpoint.Run(TimeSpan.FromMinutes(2));
        Assert.Equal(4, endpoint.Value);
        Assert.Empty(endpoint.Tuner.Overrides.Pins);
    }

    [Fact]
    public void A_pin_that_is_over_or_no_longer_possible_goes_into_the_history()
    {
        var endpoint = new TunedEndpoint(1, TunerMode.Off);
        endpoint.Tuner.Resume("database", "size", 20, TimeSpan.Zero);
        endpoint.Tuner.Resume("database", "size", 1_000_000, TimeSpan.FromHours(1));
        endpoint.Tuner.Resume("database", "nothing", 20, TimeSpan.FromHours(1));
        Assert.Equal(4, endpoint.Value);
        Assert.Empty(endpoint.Tuner.Overrides.Pins);
        Assert.Equal([TuningOutcome.Refused, TuningOutcome.Released], endpoint.Tuner.History.Select(static entry => entry.Outcome));
    }

    [Fact]
    public void A_pin_on_a_pin_keeps_the_value_before_the_first()
    {
        var endpoint = new TunedEndpoint(1, TunerMode.Off);
        endpoint.Tuner.TryPin("database", "size", 20, TimeSpan.FromMinutes(10));
        endpoint.Tuner.TryPin("database", "size", 30, TimeSpan.FromMinutes(10));
        endpoint.Tuner.TryRelease("database", "size");
        Assert.Equal(4, endpoint.Value);
    }

    [Fact]
    public void A_pin_takes_a_trial_back_before_it_takes_effect()
    {
        var endpoint = new TunedEndpoint(1, TunerMode.Auto);
        endpoint.RunUntil(() => endpoint.Value != 4, TimeSpan.FromHours(1));
        endpoint.Tuner.TryPin("database", "size", 20, TimeSpan.FromMinutes(10));
        Assert.Null(endpoint.Tuner.Proposal);
        endpoint.Tuner.TryRelease("database", "size");
        Assert.Equal(4, endpoint.Value);
    }

    [Fact]
    public void A_value_set_by_hand_ends_a_pin_and_stays()
    {
        var endpoint = new TunedEndpoint(1, TunerMode.Off);
        endpoint.Tuner.TryPin("database", "size", 20, TimeSpan.FromMinutes(10));
        endpoint.Tuner.TrySetByHand("database", "size", 7);
        endpoint.Run(TimeSpan.FromMinutes(20));
        Assert.Equal(7, endpoint.Value);
        Assert.Equal(4, endpoint.Tuner.History[0].From);
        Assert.Null(endpoint.Tuner.Of("database")[0].Pin);
    }

    [Fact]
    public void A_freeze_takes_a_trial_back_and_ends_by_itself()
    {
        var endpoint = new TunedEndpoint(1, TunerMode.Auto);
        endpoint.RunUntil(() => endpoint.Value != 4, TimeSpan.FromHours(1));
        endpoint.Tuner.Freeze(TimeSpan.FromHours(1));
        Assert.Equal(4, endpoint.Value);
        var settings = endpoint.Settings.Count;
        endpoint.Run(TimeSpan.FromMinutes(59));
        Assert.Equal(settings, endpoint.Settings.Count);
        Assert.NotNull(endpoint.Tuner.FrozenUntil);
        endpoint.Run(TimeSpan.FromMinutes(10));
        Assert.Null(endpoint.Tuner.FrozenUntil);
        Assert.True(endpoint.Settings.Count > settings);
    }

    [Fact]
    public void A_proposal_cannot_be_approved_while_the_tuner_is_frozen()
    {
        var endpoint = new TunedEndpoint(1, TunerMode.Approve);
        endpoint.Run(TimeSpan.FromMinutes(2));
        var id = endpoint.Tuner.Proposal!.Id;
        endpoint.Tuner.Freeze(TimeSpan.FromHours(1));
        Assert.False(endpoint.Tuner.TryApprove(id));
        endpoint.Tuner.Unfreeze();
        endpoint.Run(TimeSpan.FromMinutes(2));
        Assert.True(endpoint.Tuner.TryApprove(endpoint.Tuner.Proposal!.Id));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(51)]
    [InlineData(4.5)]
    [InlineData(double.NaN)]
    public void A_value_outside_of_the_range_is_refused_with_the_range(double value)
    {
        var endpoint = new TunedEndpoint(1, TunerMode.Off);
        var refused = Assert.Throws<ArgumentOutOfRangeException>(() => endpoint.Tuner.TrySetByHand("database", "size", value));
        Assert.Contains("1 to 50 connections in steps of 1", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => endpoint.Tuner.TryPin("database", "size", value, TimeSpan.FromHours(1)));
        Assert.Empty(endpoint.Settings);
    }

    [Fact]
    public void Periods_that_make_no_sense_and_unknown_settings_are_refused()
    {
        var tuner = new TunedEndpoint(1, TunerMode.Off).Tuner;
        Assert.Throws<ArgumentOutOfRangeException>(() => tuner.TryPin("database", "size", 5, TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => tuner.Freeze(TimeSpan.FromDays(31)));
        Assert.False(tuner.TryPin("database", "nothing", 5, TimeSpan.FromHours(1)));
        Assert.False(tuner.TrySetByHand("nothing", "size", 5));
    }

    [Fact]
    public void A_pin_that_another_setting_forbids_changes_nothing()
    {
        var endpoint = new TunedEndpoint(1, TunerMode.Off) { BeforeSet = static v => { if (v == 9) throw new ArgumentException("MinIdle is above MaxSize."); } };
        Assert.Throws<ArgumentException>(() => endpoint.Tuner.TryPin("database", "size", 9, TimeSpan.FromHours(1)));
        Assert.Null(endpoint.Tuner.Of("database")[0].Pin);
        Assert.Empty(endpoint.Tuner.History);
    }
}
