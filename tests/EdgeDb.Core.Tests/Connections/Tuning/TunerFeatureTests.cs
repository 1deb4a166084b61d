using EdgeDb.Core.Connections;
using Xunit;

namespace EdgeDb.Core.Tests.Connections.Tuning;

public sealed class TunerFeatureTests
{
    private static readonly TuningEntry Kept = new(
        new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero), "database", "size", "connections", 4, 8, 4, TuningOutcome.Kept, "", 12, -0.1, 0.001);

    [Fact]
    public void Switched_off_the_configured_value_holds_and_what_was_learnt_comes_back()
    {
        var endpoint = new TunedEndpoint(1, TunerMode.Auto, kept: Kept);
        Assert.Equal(8, endpoint.Value);

        endpoint.Tuner.Allow("database", false);
        Assert.Equal(4, endpoint.Value);
        endpoint.Tuner.Allow("database", true);
        Assert.Equal(8, endpoint.Value);
    }

    [Fact]
    public void Switched_off_nothing_is_proposed_or_tried()
    {
        var endpoint = new TunedEndpoint(1, TunerMode.Auto);
        endpoint.RunUntil(() => endpoint.Value != 4, TimeSpan.FromHours(1));
        Assert.NotEqual(4, endpoint.Value);

        endpoint.Tuner.Allow("database", false);
        Assert.Equal(4, endpoint.Value);
        endpoint.Settings.Clear();
        endpoint.Run(TimeSpan.FromHours(10));
        Assert.Empty(endpoint.Settings);
        Assert.Null(endpoint.Tuner.Proposal);

        endpoint.Tuner.Allow("database", true);
        endpoint.RunUntil(() => endpoint.Value != 4, TimeSpan.FromDays(1));
        Assert.NotEqual(4, endpoint.Value);
    }

    [Fact]
    public void What_a_person_has_chosen_stays()
    {
        var endpoint = new TunedEndpoint(1, TunerMode.Auto, kept: Kept with { Outcome = TuningOutcome.SetByHand });
        endpoint.Tuner.Allow("database", false);
        Assert.Equal(8, endpoint.Value);
        endpoint.Tuner.TrySetByHand("database", "size", 9);
        endpoint.Tuner.Allow("database", true);
        Assert.Equal(9, endpoint.Value);
    }

    [Fact]
    public void A_pin_ends_in_the_value_that_is_allowed_then()
    {
        var endpoint = new TunedEndpoint(1, TunerMode.Off, kept: Kept);
        endpoint.Tuner.TryPin("database", "size", 20, TimeSpan.FromMinutes(10));
        endpoint.Tuner.Allow("database", false);
        Assert.Equal(20, endpoint.Value);
        endpoint.Tuner.TryRelease("database", "size");
        Assert.Equal(4, endpoint.Value);
        endpoint.Tuner.Allow("database", true);
        Assert.Equal(8, endpoint.Value);
    }
}
