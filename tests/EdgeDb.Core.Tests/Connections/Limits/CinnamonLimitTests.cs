using EdgeDb.Core.Connections;
using Xunit;

namespace EdgeDb.Core.Tests.Connections.Limits;

public sealed class CinnamonLimitTests
{
    [Theory]
    [InlineData(5)]
    [InlineData(10)]
    [InlineData(20)]
    public void It_finds_the_concurrency_with_the_most_throughput(int best)
    {
        var endpoint = new SimulatedEndpoint(new CinnamonLimit(8, 1, 100, seed: 3), callers: 200) { Latency = SimulatedEndpoint.BestAt(best) };
        endpoint.Run(10);
        Assert.InRange(endpoint.Run(30), 0.75 * best, 1.3 * best);
    }

    [Fact]
    public void It_follows_an_optimum_that_moves_within_seconds()
    {
        var endpoint = new SimulatedEndpoint(new CinnamonLimit(8, 1, 100, seed: 3), callers: 200) { Latency = SimulatedEndpoint.BestAt(16) };
        Assert.InRange(endpoint.Run(20), 11, 20);
        endpoint.Latency = SimulatedEndpoint.BestAt(5);
        endpoint.Run(3);
        Assert.InRange(endpoint.Run(5), 3.5, 7.5);
        endpoint.Latency = SimulatedEndpoint.BestAt(16);
        endpoint.Run(3);
        Assert.InRange(endpoint.Run(5), 11, 20);
    }

    [Fact]
    public void A_slower_network_does_not_look_like_an_overload()
    {
        var near = SimulatedEndpoint.BestAt(8);
        var endpoint = new SimulatedEndpoint(new CinnamonLimit(8, 1, 100, seed: 3), callers: 200) { Latency = near };
        var before = endpoint.Run(20);
        endpoint.Latency = n => near(n) + 0.01;
        Assert.True(endpoint.Run(20) > before);
    }

    [Fact]
    public void A_link_that_turned_slow_is_filled_again_within_seconds()
    {
        // Redis nearby answers one command after the other, so one or two in flight are enough; over a slow link its answers wait for nobody.
        var endpoint = new SimulatedEndpoint(new CinnamonLimit(8, 1, 1024, seed: 3), callers: 64) { Latency = n => 0.0001 * n };
        endpoint.Run(20);
        Assert.InRange(endpoint.Run(5), 1, 3);
        endpoint.Latency = n => 0.08 + (0.0001 * n);
        endpoint.Run(5);
        Assert.InRange(endpoint.Run(5), 24, 160);
    }

    [Fact]
    public void Connections_that_bring_nothing_are_given_back()
    {
        // Throughput is flat beyond six: more in flight only waits for longer.
        var endpoint = new SimulatedEndpoint(new CinnamonLimit(20, 1, 100, seed: 3), callers: 200) { Latency = n => 0.002 * Math.Max(1, n / 6.0) };
        endpoint.Run(60);
        Assert.InRange(endpoint.Run(20), 4, 10);
    }

    [Fact]
    public void While_the_limit_is_not_needed_it_stays_where_it_is()
    {
        var limit = new CinnamonLimit(8, 1, 100, seed: 3);
        var endpoint = new SimulatedEndpoint(limit, callers: 3) { Latency = _ => 0.01 };
        Assert.InRange(endpoint.Run(3600), 7, 9.5);
        Assert.InRange(limit.Current, 6, 11);
    }

    [Fact]
    public void Timeouts_shrink_it_at_once_and_it_recovers_in_steps()
    {
        var limit = new CinnamonLimit(10, 1, 100, seed: 3);
        var endpoint = new SimulatedEndpoint(limit, callers: 2) { Latency = _ => 0.01 };
        endpoint.Run(5);
        endpoint.TimeoutShare = 1;
        endpoint.Run(0.5);
        Assert.InRange(limit.Current, 1, 2);

        endpoint.TimeoutShare = 0;
        endpoint.Run(2);
        Assert.InRange(limit.Current, 1, 4);
        endpoint.Run(30);
        Assert.InRange(limit.Current, 6, 13);
    }

    [Fact]
    public void Recovery_goes_no_further_than_the_place_before_the_overload()
    {
        var limit = new CinnamonLimit(10, 1, 100, seed: 3);
        var endpoint = new SimulatedEndpoint(limit, callers: 2) { Latency = _ => 0.01, TimeoutShare = 1 };
        endpoint.Run(0.1);
        endpoint.TimeoutShare = 0;
        Assert.InRange(endpoint.Run(600), 7, 11);
    }

    [Fact]
    public void One_percent_of_random_timeouts_does_not_shrink_it()
    {
        var endpoint = new SimulatedEndpoint(new CinnamonLimit(8, 1, 100, seed: 3), callers: 200) { Latency = SimulatedEndpoint.BestAt(12), TimeoutShare = 0.01 };
        endpoint.Run(20);
        Assert.InRange(endpoint.Run(30), 9, 16);
    }

    [Fact]
    public void New_bounds_hold_at_once_and_from_then_on()
    {
        var limit = new CinnamonLimit(8, 1, 100, seed: 3);
        var endpoint = new SimulatedEndpoint(limit, callers: 200) { Latency = SimulatedEndpoint.BestAt(16) };
        endpoint.Run(20);
        limit.SetRange(1, 4);
        Assert.InRange(limit.Current, 1, 4);
        Assert.InRange(endpoint.Run(20), 3, 4);
        limit.SetRange(30, 40);
        Assert.InRange(endpoint.Run(20), 30, 34);
        limit.SetRange(5, 5);
        Assert.Equal(5, endpoint.Run(20), 0.01);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(6, 5)]
    public void Bounds_that_are_no_range_are_refused(int minimum, int maximum)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new CinnamonLimit(8, 1, 100, seed: 3).SetRange(minimum, maximum));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CinnamonLimit(8, minimum, maximum, seed: 3));
    }

    [Fact]
    public void A_return_allocates_nothing()
    {
        var limit = new CinnamonLimit(8, 1, 100, seed: 3);
        for (var i = 1; i < 1000; i++)
            limit.OnCompleted(i * 1000, 500, limit.Current, overloaded: false);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 1000; i < 1_000_000; i++)
            limit.OnCompleted(i * 1000, 500 + (i & 1023), limit.Current, overloaded: i % 50 == 0);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Durations_of_zero_and_clocks_that_stand_still_do_no_harm()
    {
        var limit = new CinnamonLimit(8, 1, 100, seed: 3);
        for (var i = 0; i < 100_000; i++)
            limit.OnCompleted(i / 1000 * 1_000_000, 0, limit.Current, overloaded: false);
        Assert.InRange(limit.Current, 1, 100);
    }
}
