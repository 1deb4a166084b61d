using EdgeDb.Core.Connections;
using NpgsqlTypes;
using Xunit;

namespace EdgeDb.Core.Tests.Connections.Postgres;

public sealed class PostgresTopologyTests
{
    private const int A = 0;
    private const int B = 1;
    private const long Cluster = 7;

    private readonly ManualTimeProvider _time = new();
    private readonly PostgresServer[] _servers = [new("a"), new("b")];

    public PostgresTopologyTests() => _time.Advance(TimeSpan.FromSeconds(1));

    [Fact]
    public void Writes_go_to_the_server_that_takes_them_and_reads_to_a_replica_that_is_near()
    {
        var topology = Topology();
        Assert.Equal(-1, topology.Primary);
        Assert.Equal(-1, topology.NextForRead(null, 0, out _));
        IsPrimary(A, 1, 100);
        IsReplica(B, 1, 100);

        Assert.Equal(A, topology.Primary);
        Assert.Equal((B, false), Read(topology));
        Assert.Equal((A, false), Read(topology, tried: 1u << B));
        Assert.Equal((-1, false), Read(topology, tried: 3));
    }

    [Fact]
    public void After_a_promotion_the_higher_timeline_counts_and_the_old_primary_is_never_used_again()
    {
        var topology = Topology();
        IsPrimary(A, 1, 100);
        IsReplica(B, 1, 100);
        Assert.Equal(A, topology.Primary);

        // It still answers: nobody has stopped it.
        IsPrimary(B, 2, 110);
        IsPrimary(A, 1, 5000);
        Assert.Equal((B, 2u), (topology.Primary, topology.History!.Value.Timeline));
        Assert.False(topology.Conflict);
        Assert.False(topology.IsOfThisHistory(A));
        Assert.Equal((B, false), Read(topology));

        // Not when the new one is away, either.
        _servers[B].ObserveFailure(_time.GetTimestamp());
        Assert.Equal((B, false), Read(topology));
        Assert.Equal((-1, false), Read(topology, tried: 1u << B));

        // As a replica of the new one it is welcome.
        IsReplica(A, 2, 5000);
        Assert.True(topology.IsOfThisHistory(A));
        Assert.Equal((A, false), Read(topology));
    }

    [Fact]
    public void A_timeline_of_an_earlier_run_keeps_a_replaced_primary_out_from_the_start()
    {
        var topology = Topology(new PostgresHistory(Cluster, 2));
        IsPrimary(A, 1, 100);
        Assert.Equal(-1, topology.Primary);
        IsPrimary(B, 2, 90);
        Assert.Equal(B, topology.Primary);
    }

    [Fact]
    public void The_timeline_of_another_cluster_says_nothing_about_this_one()
    {
        var topology = Topology(new PostgresHistory(Cluster + 1, 9));
        Assert.Null(topology.History);
        IsPrimary(A, 1, 100);
        Assert.Equal((A, new PostgresHistory(Cluster, 1)), (topology.Primary, topology.History));
    }

    [Fact]
    public void Lag_is_what_the_primary_had_when_the_standby_was_asked()
    {
        var topology = Topology();
        Assert.Null(topology.LagOf(B));
        IsReplica(B, 1, 100);
        Assert.Null(topology.LagOf(B));
        _time.Advance(TimeSpan.FromSeconds(2));
        IsPrimary(A, 1, 150);
        Assert.Equal(A, topology.Primary);
        // The primary was asked after the standby: it may have written that since.
        Assert.Null(topology.LagOf(B));
        Assert.Null(topology.LagOf(A));

        _time.Advance(TimeSpan.FromSeconds(3));
        IsReplica(B, 1, 150);
        Assert.Equal(new PostgresLag(0, TimeSpan.Zero), topology.LagOf(B));

        IsPrimary(A, 1, 200);
        Assert.Equal(A, topology.Primary);
        _time.Advance(TimeSpan.FromSeconds(4));
        IsPrimary(A, 1, 260);
        Assert.Equal(A, topology.Primary);
        _time.Advance(TimeSpan.FromSeconds(1));
        IsReplica(B, 1, 180);
        Assert.Equal(new PostgresLag(80, TimeSpan.FromSeconds(5)), topology.LagOf(B));

        _servers[A].ObserveFailure(_time.GetTimestamp());
        Assert.Null(topology.LagOf(B));
    }

    [Fact]
    public void Of_two_primaries_on_one_timeline_the_one_in_use_is_kept_and_the_conflict_told()
    {
        var topology = Topology();
        IsPrimary(B, 1, 100);
        Assert.Equal((B, false), (topology.Primary, topology.Conflict));
        IsPrimary(A, 1, 900);
        Assert.Equal((B, true), (topology.Primary, topology.Conflict));
    }

    [Fact]
    public void A_server_of_another_cluster_is_never_used()
    {
        var topology = Topology();
        IsPrimary(A, 1, 100);
        Assert.Equal(A, topology.Primary);
        _servers[B].Observe(new PostgresServerState(true, Cluster + 1, 1, new NpgsqlLogSequenceNumber(1_000_000), _time.GetTimestamp()));
        Assert.False(topology.IsOfThisHistory(B));
        Assert.Equal((A, false), Read(topology));
        Assert.Equal((-1, false), Read(topology, tried: 1u << A));
    }

    [Fact]
    public void A_replica_that_lacks_what_the_caller_must_see_is_passed_over()
    {
        var topology = Topology();
        IsPrimary(A, 1, 100);
        IsReplica(B, 1, 100);
        Assert.Equal((B, false), Read(topology, after: 100));
        Assert.Equal((A, false), Read(topology, after: 101));

        // What was known of it is old enough to ask again; its own answer decides.
        _time.Advance(TimeSpan.FromMilliseconds(60));
        Assert.Equal((B, false), Read(topology, after: 101));
    }

    [Fact]
    public void A_replica_counts_as_near_while_it_has_what_the_primary_had_within_the_allowed_lag()
    {
        var topology = Topology();
        ulong written = 0;
        for (var second = 0; second < 60; second++)
        {
            written += 10;
            IsPrimary(A, 1, written);
            // Stops replaying after 20 seconds, catches up after 40.
            IsReplica(B, 1, second is < 20 or >= 40 ? written : 200);
            var server = Read(topology).Server;
            // Positions are remembered in steps, so it may be passed over up to a fifth of the lag too early, never too late.
            if (second is < 28 or >= 30)
                Assert.Equal((second, second is >= 30 and < 40 ? A : B), (second, server));
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void Without_recent_news_of_the_primary_nobody_knows_how_old_a_replica_is_so_the_primary_answers()
    {
        var topology = Topology();
        IsPrimary(A, 1, 100);
        IsReplica(B, 1, 100);
        Assert.Equal((B, false), Read(topology));
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal((A, false), Read(topology));

        topology.MarkPosition(new NpgsqlLogSequenceNumber(100), _time.GetTimestamp());
        Assert.Equal((B, false), Read(topology));
    }

    [Fact]
    public void When_the_primary_is_away_a_replica_answers_with_a_mark()
    {
        var topology = Topology();
        IsPrimary(A, 1, 100);
        IsReplica(B, 1, 100);
        _servers[A].ObserveFailure(_time.GetTimestamp());
        // Still known to be near.
        Assert.Equal((B, false), Read(topology));
        // Not known any more, or lacking what the caller wrote.
        Assert.Equal((B, true), Read(topology, after: 200));
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal((B, true), Read(topology));
        Assert.Equal((A, false), Read(topology, tried: 1u << B));
    }

    [Fact]
    public void A_replica_that_cannot_be_reached_is_only_asked_when_the_primary_cannot_either()
    {
        var topology = Topology();
        IsPrimary(A, 1, 100);
        IsReplica(B, 1, 100);
        _servers[B].ObserveFailure(_time.GetTimestamp());
        Assert.Equal((A, false), Read(topology));
        Assert.Equal((B, true), Read(topology, tried: 1u << A));
        IsReplica(B, 1, 100);
        Assert.Equal((B, false), Read(topology));
    }

    [Fact]
    public void News_that_arrive_late_do_not_replace_newer_ones()
    {
        var asked = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromSeconds(1));
        IsPrimary(B, 2, 500);
        _servers[B].Observe(new PostgresServerState(true, Cluster, 1, new NpgsqlLogSequenceNumber(400), asked));
        Assert.False(_servers[B].State!.Value.InRecovery);
    }

    private PostgresTopology Topology(PostgresHistory? known = null) => new(_servers, new PostgresRouterOptions { Known = known }, _time);

    private static (int Server, bool MayBeOld) Read(PostgresTopology topology, ulong? after = null, uint tried = 0)
    {
        var server = topology.NextForRead(after is { } position ? new NpgsqlLogSequenceNumber(position) : null, tried, out var mayBeOld);
        return (server, mayBeOld);
    }

    private void IsPrimary(int server, uint timeline, ulong position) =>
        _servers[server].Observe(new PostgresServerState(false, Cluster, timeline, new NpgsqlLogSequenceNumber(position), _time.GetTimestamp()));

    private void IsReplica(int server, uint timeline, ulong position) =>
        _servers[server].Observe(new PostgresServerState(true, Cluster, timeline, new NpgsqlLogSequenceNumber(position), _time.GetTimestamp()));
}
