using EdgeDb.Core.Connections;
using Xunit;

namespace EdgeDb.Core.Tests.Connections.Limits;

/// <summary>The limits that the default one is compared with.</summary>
public sealed class ComparedLimitTests
{
    [Fact]
    public void Aimd_grows_by_one_a_round_while_it_is_needed_and_nobody_is_overloaded()
    {
        var limit = new AimdLimit(4, 1, 100);
        for (var i = 0; i < 4; i++)
            limit.OnCompleted(i, 10, 4, overloaded: false);
        Assert.Equal(5, limit.Current);
        for (var i = 0; i < 5; i++)
            limit.OnCompleted(i, 10, 1, overloaded: false);
        Assert.Equal(5, limit.Current);
    }

    [Fact]
    public void Aimd_loses_a_tenth_for_a_round_with_overloads()
    {
        var limit = new AimdLimit(20, 1, 100);
        for (var i = 0; i < 20; i++)
            limit.OnCompleted(i, 10, 20, overloaded: i % 2 == 0);
        Assert.Equal(18, limit.Current);
    }

    [Fact]
    public void Gradient2_shrinks_when_latency_doubles_and_recovers_after()
    {
        var limit = new Gradient2Limit(20, 1, 100);
        var endpoint = new SimulatedEndpoint(limit, callers: 200) { Latency = _ => 0.01 };
        endpoint.Run(60);
        var before = limit.Current;
        endpoint.Latency = _ => 0.04;
        endpoint.Run(20);
        Assert.True(limit.Current < before);
        endpoint.Latency = _ => 0.01;
        endpoint.Run(200);
        Assert.True(limit.Current >= before);
    }

    [Fact]
    public void Gradient2_does_not_grow_while_the_limit_is_not_needed()
    {
        var limit = new Gradient2Limit(20, 1, 100);
        new SimulatedEndpoint(limit, callers: 3) { Latency = _ => 0.01 }.Run(60);
        Assert.Equal(20, limit.Current);
    }

    [Fact]
    public void All_of_them_keep_to_new_bounds()
    {
        IConcurrencyLimit[] limits = [new FixedLimit(20), new AimdLimit(20, 1, 100), new Gradient2Limit(20, 1, 100), new CinnamonLimit(20, 1, 100, seed: 1)];
        foreach (var limit in limits)
        {
            limit.SetRange(2, 3);
            Assert.InRange(limit.Current, 2, 3);
            limit.SetRange(50, 60);
            Assert.InRange(limit.Current, 50, 60);
            Assert.Throws<ArgumentOutOfRangeException>(() => limit.SetRange(3, 2));
        }
    }

    [Fact]
    public void A_fixed_limit_returns_to_its_size_when_the_bounds_allow_it()
    {
        var limit = new FixedLimit(20);
        limit.SetRange(1, 5);
        Assert.Equal(5, limit.Current);
        limit.SetRange(1, 100);
        Assert.Equal(20, limit.Current);
    }
}
