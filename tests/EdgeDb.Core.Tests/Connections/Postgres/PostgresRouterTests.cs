using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using EdgeDb.Core.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using NpgsqlTypes;
using Xunit;
using static EdgeDb.Core.Tests.Connections.Postgres.PostgresTestServer;

namespace EdgeDb.Core.Tests.Connections.Postgres;

/// <summary>A primary and its streaming replica of this test's own, killed, promoted and held back.</summary>
public sealed class PostgresRouterTests
{
    private const int LeastRounds = 150;
    private const int MostRounds = 20_000;

    [Fact]
    public async Task Reads_go_to_the_replica_and_writes_to_the_primary()
    {
        await using var cluster = await PostgresCluster.StartAsync();
        var written = await cluster.WriteAsync(1, 10);
        Assert.Equal("primary", written.Server);
        Assert.NotNull(written.Position);
        var read = await cluster.ReadAsync(1, written.Position);
        Assert.Equal(10, read.Value);
        await UntilAsync(async () => (await cluster.ReadAsync(1, null)).Server == "replica");
        await Assert.ThrowsAsync<ArgumentException>(async () => await cluster.Router.ReadAsync(PostgresCluster.Write, null, 0, static (_, _, _) => ValueTask.FromResult(0), None));
        await Assert.ThrowsAsync<ArgumentException>(async () => await cluster.Router.WriteAsync(PostgresCluster.Read, 0, static (_, _, _) => ValueTask.FromResult(0), None));
    }

    [Fact]
    public async Task Servers_are_used_as_what_they_say_they_are_whatever_they_are_set_as()
    {
        await using var cluster = await PostgresCluster.StartAsync();
        await using var router = cluster.NewRouter(new PostgresRouterOptions(), swapped: true);
        Assert.Equal(new PostgresStanding(null, false, true, null, null, null, []), router.StandingOf("primary") is { } at ? at with { Problems = [] } : null);
        Assert.Null(router.StandingOf("nobody"));

        Assert.Equal("primary", (await PostgresCluster.WriteAsync(router, 1, 10)).Server);
        await UntilAsync(async () => (await PostgresCluster.ReadAsync(router, 1, null)).Server == "replica");
        await router.RefreshAsync();
        var (primary, replica) = (router.StandingOf("primary")!, router.StandingOf("replica")!);
        Assert.Equal((true, false, 1u, null), (primary.TakesWrites, replica.TakesWrites, primary.Timeline, primary.Lag));
        Assert.Contains("is set as a standby", Assert.Single(primary.Problems), StringComparison.Ordinal);
        Assert.Contains("is set as the primary", Assert.Single(replica.Problems), StringComparison.Ordinal);
        Assert.Contains(cluster.Log, static line => line.StartsWith("replica is set as the primary, but says that it is a standby.", StringComparison.Ordinal));

        // A read that takes long gets its second run where the answer cannot be older.
        Assert.Same(cluster.Latest("primary"), cluster.Latest("replica").HedgePeer);
        Assert.Null(cluster.Latest("primary").HedgePeer);
    }

    [Fact]
    public async Task A_session_sees_its_own_writes_however_far_behind_the_replica_is()
    {
        await using var cluster = await PostgresCluster.StartAsync();
        var servers = new ConcurrentDictionary<string, int>();
        using var over = new CancellationTokenSource();
        var lag = Task.Run(async () =>
        {
            var random = new Random(5);
            while (!over.IsCancellationRequested)
            {
                await cluster.AdminAtReplicaAsync("SELECT pg_wal_replay_pause()");
                await PaceAsync(random.Next(1, 150));
                await cluster.AdminAtReplicaAsync("SELECT pg_wal_replay_resume()");
                await PaceAsync(random.Next(1, 150));
            }
        }, None);

        await Task.WhenAll(Enumerable.Range(1, 6).Select(async session =>
        {
            var random = new Random(session);
            var expected = 0;
            NpgsqlLogSequenceNumber? after = null;
            // Both have to answer, or the test shows nothing; how soon each does is up to the machine.
            for (var round = 1; round <= LeastRounds || (servers.Count < 2 && round <= MostRounds); round++)
            {
                if (random.Next(3) == 0)
                    after = (await cluster.WriteAsync(session, expected = round)).Position;
                var read = await cluster.ReadAsync(session, after);
                Assert.Equal((expected, false), (read.Value, read.MayBeOld));
                servers.AddOrUpdate(read.Server, 1, static (_, count) => count + 1);
            }
        }));
        await over.CancelAsync();
        await lag;

        Assert.True(servers.Count == 2, string.Join(", ", servers));
    }

    [Fact]
    public async Task No_read_without_a_mark_is_older_than_the_allowed_lag()
    {
        var bound = TimeSpan.FromSeconds(1);
        await using var cluster = await PostgresCluster.StartAsync(new PostgresRouterOptions { MaxReplicaLag = bound });
        using var over = new CancellationTokenSource();
        var clock = Stopwatch.StartNew();
        var committed = new ConcurrentQueue<(long At, int Value)>();
        var writer = Task.Run(async () =>
        {
            for (var value = 1; !over.IsCancellationRequested; value++)
            {
                await cluster.WriteAsync(1, value);
                committed.Enqueue((clock.ElapsedMilliseconds, value));
                await PaceAsync(20);
            }
        }, None);
        for (var fromReplica = 0; fromReplica < 50; await PaceAsync(5))
            if ((await CheckedReadAsync()).Server == "replica")
                fromReplica++;

        // From here on it shows nothing new. Once what was committed after that is older than the bound, only the primary may answer.
        await cluster.AdminAtReplicaAsync("SELECT pg_wal_replay_pause()");
        var first = committed.Count;
        await UntilAsync(async () =>
        {
            await CheckedReadAsync();
            await PaceAsync(5);
            return committed.Count > first + 1 && committed.ElementAt(first + 1).At <= clock.ElapsedMilliseconds - bound.TotalMilliseconds;
        });
        Assert.Equal("primary", (await CheckedReadAsync()).Server);
        await over.CancelAsync();
        await writer;

        async Task<(string Server, int Value)> CheckedReadAsync()
        {
            var asked = clock.ElapsedMilliseconds;
            var read = await cluster.ReadAsync(1, null);
            var due = committed.LastOrDefault(commit => commit.At <= asked - bound.TotalMilliseconds).Value;
            Assert.True(read.Value >= due, $"{read.Server} answered {read.Value} at {asked} ms, but {due} was committed more than {bound} before.");
            Assert.False(read.MayBeOld);
            return (read.Server, read.Value);
        }
    }

    [Fact]
    public async Task Without_the_replica_the_primary_answers_and_with_it_back_the_replica_does()
    {
        await using var cluster = await PostgresCluster.StartAsync();
        await cluster.WriteAsync(1, 1);
        await UntilAsync(async () => (await cluster.ReadAsync(1, null)).Server == "replica");
        await cluster.Servers.KillReplicaAsync();
        for (var i = 0; i < 50; i++)
            Assert.Equal((1, false, "primary"), await cluster.ReadAsync(1, null) is var read ? (read.Value, read.MayBeOld, read.Server) : default);

        await cluster.Servers.StartReplicaAsync();
        await UntilAsync(async () => (await cluster.ReadAsync(1, null)).Server == "replica");
    }

    [Fact]
    public async Task When_the_primary_dies_reads_go_on_and_writes_are_back_soon_after_the_promotion()
    {
        await using var cluster = await PostgresCluster.StartAsync();
        var acknowledged = new ConcurrentBag<int>();
        var unknown = new ConcurrentBag<int>();
        using var over = new CancellationTokenSource();
        long lastWrite = 0;
        var failedWrites = 0;
        var firstAfter = 0;
        var failedReads = new ConcurrentBag<Exception>();
        var writer = Task.Run(async () =>
        {
            for (var id = 1000; !over.IsCancellationRequested; id++)
            {
                try
                {
                    await cluster.WriteAsync(id, id);
                    acknowledged.Add(id);
                    if (failedWrites > 20 && firstAfter == 0)
                        firstAfter = id;
                    Volatile.Write(ref lastWrite, Stopwatch.GetTimestamp());
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    if (e is PostgresFailureException { OutcomeUnknown: true } or OperationTimeoutException)
                        unknown.Add(id);
                    Interlocked.Increment(ref failedWrites);
                    await PaceAsync(20);
                }
            }
        }, None);
        var reader = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                try
                {
                    await cluster.ReadAsync(1, null);
                }
                catch (Exception e)
                {
                    failedReads.Add(e);
                }

                await PaceAsync(5);
            }
        }, None);
        await UntilAsync(() => Task.FromResult(acknowledged.Count > 100));

        await cluster.Servers.KillPrimaryAsync();
        await UntilAsync(() => Task.FromResult(Volatile.Read(ref failedWrites) > 20));
        await cluster.Servers.PromoteReplicaAsync();
        var promoted = Stopwatch.GetTimestamp();
        await UntilAsync(() => Task.FromResult(Volatile.Read(ref lastWrite) > promoted));

        // The old primary returns and takes writes from anybody who sends some: not from here.
        await cluster.Servers.StartPrimaryAsync();
        var before = acknowledged.Count;
        await UntilAsync(() => Task.FromResult(acknowledged.Count > before + 200));
        await cluster.Router.RefreshAsync();
        await UntilAsync(() => Task.FromResult(cluster.Log.Any(static line => line.Contains("primary is not used", StringComparison.Ordinal))));
        await over.CancelAsync();
        await writer;
        await reader;

        Assert.Equal(("replica", 2u), (cluster.Router.Primary, cluster.Router.History!.Value.Timeline));
        Assert.Empty(failedReads);
        var kept = await cluster.AllAsync(cluster.Servers.ReplicaPort);
        var old = await cluster.AllAsync(cluster.Servers.PrimaryPort);
        var first = Volatile.Read(ref firstAfter);
        // The replication is asynchronous: what the dead primary confirmed last, and only that, may be gone.
        var lost = acknowledged.Except(kept).ToHashSet();
        Assert.Subset(old, lost);
        Assert.DoesNotContain(kept, id => id < first && id >= lost.DefaultIfEmpty(first).Min());
        Assert.True(acknowledged.Count(id => id >= first) > 200);
        Assert.True(old.Max() < first, "The old primary was written to after its return.");
        Assert.DoesNotContain(kept.Except(acknowledged).Except(unknown), static id => id >= 1000);
    }

    [Fact]
    public async Task Work_that_has_committed_something_does_not_run_again_on_the_new_primary()
    {
        await using var cluster = await PostgresCluster.StartAsync();
        await cluster.WriteAsync(1, 1);
        var refuse = new PostgresCommand<int>("DO $$ BEGIN RAISE SQLSTATE '25006'; END $$", static (ref _, _) => { });
        var runs = new ConcurrentQueue<string>();
        var failure = await Assert.ThrowsAsync<PostgresFailureException>(async () => await cluster.Router.WriteAsync(
            PostgresCluster.Write, (cluster, runs, refuse), static async (connection, to, ct) =>
            {
                to.runs.Enqueue(connection.Server.Name);
                await connection.PidAsync();
                await to.cluster.Servers.PromoteReplicaAsync();
                return await connection.ExecuteAsync(to.refuse, 0, ct);
            }, None));
        Assert.Equal(FailureKind.Query, failure.Kind);
        Assert.Equal(["primary"], runs);
    }

    [Fact]
    public async Task A_router_that_is_closed_while_its_servers_are_away_closes_and_asks_nobody_afterwards()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var source = new PostgresSource(
            new PostgresOptions { Host = "127.0.0.1", Port = port, Database = "home", Username = "edge", Password = "secret", Tls = PostgresTls.Off }, TimeProvider.System);
        await using var endpoint = new ConnectionEndpoint<PostgresConnection>(
            source, EndpointKind.Postgres, new EndpointOptions(), PostgresFailures.Advise, TimeProvider.System, NullLogger.Instance);
        // The question may end in many ways just then.
        for (var round = 0; round < 100; round++)
        {
            var router = new PostgresRouter([new PostgresMember(source, endpoint)], new PostgresRouterOptions(), TimeProvider.System, NullLogger.Instance);
            var asked = router.RefreshAsync();
            await router.DisposeAsync();
            await asked;
            await router.RefreshAsync();
        }
    }

    [Fact]
    public async Task While_no_server_takes_writes_a_write_fails_at_once_and_reads_are_marked_once_their_age_is_unknown()
    {
        await using var cluster = await PostgresCluster.StartAsync(new PostgresRouterOptions { MaxReplicaLag = TimeSpan.FromMilliseconds(400) });
        var written = await cluster.WriteAsync(1, 5);
        await UntilAsync(async () => (await cluster.ReadAsync(1, null)).Server == "replica");
        await cluster.AdminAtReplicaAsync("SELECT pg_wal_replay_pause()");
        written = await cluster.WriteAsync(1, 6);
        await cluster.Servers.KillPrimaryAsync();

        // It asks for its own write, which nobody can show: the old value, and said so.
        var read = await cluster.ReadAsync(1, written.Position);
        Assert.Equal((5, true, "replica"), (read.Value, read.MayBeOld, read.Server));
        await UntilAsync(async () => (await cluster.ReadAsync(1, null)).MayBeOld);
        var started = Stopwatch.GetTimestamp();
        await Assert.ThrowsAnyAsync<Exception>(async () => await cluster.WriteAsync(1, 7));
        Assert.True(Stopwatch.GetElapsedTime(started) < PostgresCluster.Deadline / 2);
    }

    [Fact]
    public async Task A_router_that_remembers_the_timeline_does_not_write_to_a_replaced_primary_that_is_all_it_finds()
    {
        await using var cluster = await PostgresCluster.StartAsync();
        await cluster.WriteAsync(1, 1);
        await cluster.Servers.PromoteReplicaAsync();
        await UntilAsync(async () =>
        {
            await cluster.Router.RefreshAsync();
            return cluster.Router.History!.Value.Timeline == 2;
        });
        Assert.Equal("replica", (await cluster.WriteAsync(1, 2)).Server);
        await cluster.Servers.KillReplicaAsync();

        await using var next = cluster.NewRouter(new PostgresRouterOptions { Known = cluster.Router.History });
        var failure = await Assert.ThrowsAsync<PostgresFailureException>(async () => await PostgresCluster.WriteAsync(next, 1, 3));
        Assert.Equal(FailureKind.Connect, failure.Kind);
        Assert.Contains("primary, replica is known to take this work", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<PostgresFailureException>(async () => await PostgresCluster.ReadAsync(next, 1, null));
    }
}
