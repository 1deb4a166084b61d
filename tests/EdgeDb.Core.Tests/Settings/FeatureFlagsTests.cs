using EdgeDb.Core.Settings;
using Xunit;

namespace EdgeDb.Core.Tests.Settings;

public sealed class FeatureFlagsTests
{
    private const int Clients = 100_000;

    public static TheoryData<int> Percentages => [0, 1, 10, 50, 99, 100];

    [Theory, MemberData(nameof(Percentages))]
    public void A_percentage_of_the_clients_has_a_feature(int percent)
    {
        foreach (var feature in Enum.GetValues<Feature>())
        {
            var flags = Flags(new(true, percent));

            // Numbers in a row are what addresses of one household look like; four standard deviations are allowed.
            var on = Enumerable.Range(0, Clients).Count(client => flags.IsOn(feature, (ulong)client));
            var allowed = 4 * Math.Sqrt(Clients * percent / 100.0 * (100 - percent) / 100.0);
            Assert.InRange(on, (Clients * percent / 100.0) - allowed, (Clients * percent / 100.0) + allowed);
        }
    }

    [Fact]
    public void Who_has_a_feature_keeps_it_when_the_percentage_is_raised()
    {
        var had = new bool[Clients];
        for (var percent = 0; percent <= 100; percent += 5)
        {
            var flags = Flags(new(true, percent));
            for (var client = 0; client < Clients; client++)
            {
                var has = flags.IsOn(Feature.Caching, (ulong)client);
                Assert.True(has || !had[client]);
                had[client] = has;
            }
        }

        Assert.DoesNotContain(false, had);
    }

    [Fact]
    public void It_is_not_always_the_same_clients_who_try_what_is_new()
    {
        var flags = Flags(new(true, 10));

        var both = Enumerable.Range(0, Clients).Count(client => flags.IsOn(Feature.Caching, (ulong)client) && flags.IsOn(Feature.Batching, (ulong)client));

        // One percent when the two divide the clients independently; ten when they divide them alike.
        Assert.InRange(both, Clients * 0.008, Clients * 0.012);
    }

    [Fact]
    public void The_kill_switch_leaves_nothing_on_for_anybody()
    {
        var flags = Flags(new(true, 100));
        flags.Set(Enumerable.Repeat(new FeatureRollout(true, 100), FeatureFlags.Count).ToArray(), allOff: true);

        foreach (var feature in Enum.GetValues<Feature>())
            for (var client = 0UL; client < 1000; client++)
                Assert.False(flags.IsOn(feature, client * 0x9E3779B97F4A7C15));
    }

    [Fact]
    public void A_feature_is_switched_off_alone()
    {
        var rollouts = Enumerable.Repeat(new FeatureRollout(true, 100), FeatureFlags.Count).ToArray();
        rollouts[(int)Feature.Batching] = new(false, 100);
        var flags = new FeatureFlags();
        flags.Set(rollouts, allOff: false);

        Assert.All(Enum.GetValues<Feature>(), feature => Assert.Equal(feature != Feature.Batching, flags.IsOn(feature, 7)));
    }

    [Fact]
    public void Only_a_change_is_told()
    {
        var flags = new FeatureFlags();
        var told = 0;
        flags.Changed += () => told++;

        flags.Set(Enumerable.Repeat(new FeatureRollout(true, 100), FeatureFlags.Count).ToArray(), allOff: false);
        Assert.Equal(0, told);
        flags.Set(Enumerable.Repeat(new FeatureRollout(true, 100), FeatureFlags.Count).ToArray(), allOff: true);
        flags.Set(Enumerable.Repeat(new FeatureRollout(true, 50), FeatureFlags.Count).ToArray(), allOff: true);
        Assert.Equal(1, told);
    }

    [Fact]
    public void An_identity_is_the_same_in_every_process() => Assert.Equal(0xE71FA2190541574BUL, FeatureFlags.IdentityOf("abc"));

    [Fact]
    public void Asking_allocates_nothing()
    {
        var flags = Flags(new(true, 50));
        _ = flags.IsOn(Feature.Caching, 1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var client = 0UL; client < 1000; client++)
            _ = flags.IsOn(Feature.Caching, client);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static FeatureFlags Flags(FeatureRollout everywhere)
    {
        var flags = new FeatureFlags();
        flags.Set(Enumerable.Repeat(everywhere, FeatureFlags.Count).ToArray(), allOff: false);
        return flags;
    }
}
