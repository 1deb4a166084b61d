using EdgeDb.Core.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeDb.Core.Tests.Connections.Limits;

public sealed class MemorySharesTests
{
    private const long MiB = 1 << 20;

    [Theory]
    [InlineData(new long[] { 100, 100, 100 }, new long[] { 30, 30, 30 })]
    [InlineData(new long[] { 10, 100, 100 }, new long[] { 10, 40, 40 })]
    [InlineData(new long[] { 100, 0, 35 }, new long[] { 55, 0, 35 })]
    [InlineData(new long[] { 1, 2, 3 }, new long[] { 1, 2, 3 })]
    public void What_is_free_is_shared_equally_and_what_one_does_not_want_is_left_to_the_others(long[] wanted, long[] shares) =>
        Assert.Equal(shares, MemoryShares.Divide(90, [0, 0, 0], wanted));

    [Fact]
    public void What_is_missing_is_given_back_by_those_who_hold_it()
    {
        Assert.Equal([-10, -30, 0], MemoryShares.Divide(-40, [100, 300, 0], [5, 5, 5]));
        Assert.Equal([0, 0], MemoryShares.Divide(-40, [0, 0], [5, 5]));
        Assert.Empty(MemoryShares.Divide(-40, [], []));
    }

    [Fact]
    public async Task All_endpoints_together_may_open_no_more_than_fits()
    {
        using var files = new KernelFiles();
        // Beside the 32 MiB that are reserved there is room for 20 connections.
        files.WriteMachine(437_000, 52 * 1024);
        var time = new ManualTimeProvider();
        await using var manager = new ConnectionManager(new MemoryProbe(files.Root), null, time);
        var endpoints = new[] { Endpoint("a", 50), Endpoint("b", 50), Endpoint("c", 4) };
        foreach (var endpoint in endpoints)
            manager.Add(endpoint);
        Assert.Equal([50, 50, 4], endpoints.Select(static e => e.Statistics.Limit));
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal([8, 8, 4], endpoints.Select(static e => e.Statistics.Limit));

        // What is open counts as held, not as wanted.
        var leases = new List<ConnectionLease<FakeConnection>>();
        while (leases.Count < 3)
        {
            var lease = endpoints[0].Pool.AcquireAsync(ConnectionRole.Read, 0, Timeout.InfiniteTimeSpan, CancellationToken.None).AsTask();
            time.Advance(TimeSpan.FromMilliseconds(2));
            leases.Add(await lease);
        }

        files.WriteMachine(437_000, 41 * 1024);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal([3 + 3, 3, 3], endpoints.Select(static e => e.Statistics.Limit));
        foreach (var lease in leases)
            lease.Dispose();

        PooledEndpoint<FakeConnection> Endpoint(string name, int maxSize) => new(
            new FakeSource { Name = name },
            EndpointKind.Postgres,
            new EndpointOptions { Pool = new ConnectionPoolOptions { MaxSize = maxSize }, Limit = ConcurrencyLimitKind.Fixed, ConnectionCostBytes = MiB },
            time,
            NullLogger.Instance);
    }
}
