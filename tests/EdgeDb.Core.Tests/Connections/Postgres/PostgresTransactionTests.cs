using EdgeDb.Core.Connections;
using EdgeDb.Tests;
using Npgsql;
using Xunit;
using static EdgeDb.Core.Tests.Connections.Postgres.PostgresTestServer;

namespace EdgeDb.Core.Tests.Connections.Postgres;

public sealed class PostgresTransactionTests
{
    private static readonly PostgresCommand<int> Insert = new("INSERT INTO ledger VALUES ($1)", static (ref p, id) => p.Add(id));
    private static readonly PostgresCommand<int> Count = new("SELECT count(*) FROM ledger", static (ref _, _) => { });

    [Theory]
    [InlineData(PostgresPoolMode.Session)]
    [InlineData(PostgresPoolMode.Transaction)]
    public async Task A_transaction_keeps_all_of_its_changes_or_none(PostgresPoolMode mode)
    {
        await using var bench = await Bench.StartAsync(mode);
        var connection = bench.Connection;
        await using (var kept = connection.Begin())
        {
            await connection.ExecuteAsync(Insert, 1, None);
            await connection.ExecuteAsync(Insert, 2, None);
            Assert.Null(connection.CommitPosition);
            await kept.CommitAsync(None);
            Assert.NotNull(connection.CommitPosition);
        }

        await using (connection.Begin())
            await connection.ExecuteAsync(Insert, 3, None);

        await using (var failed = connection.Begin())
        {
            await connection.ExecuteAsync(Insert, 4, None);
            await Assert.ThrowsAsync<PostgresException>(async () => await connection.ExecuteAsync(Insert, 4, None));
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await connection.ExecuteAsync(Insert, 5, None));
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await failed.CommitAsync(None));
        }

        Assert.Equal(2, await bench.CountAsync());
        Assert.True(bench.Source.TryReset(connection));
    }

    [Theory]
    [InlineData(PostgresPoolMode.Session)]
    [InlineData(PostgresPoolMode.Transaction)]
    public async Task What_a_commit_refuses_is_told_and_leaves_nothing(PostgresPoolMode mode)
    {
        await using var bench = await Bench.StartAsync(mode, ", CONSTRAINT once UNIQUE (id) DEFERRABLE INITIALLY DEFERRED");
        await using (var transaction = bench.Connection.Begin())
        {
            await bench.Connection.ExecuteAsync(Insert, 1, None);
            await bench.Connection.ExecuteAsync(Insert, 1, None);
            var refused = await Assert.ThrowsAsync<PostgresException>(async () => await transaction.CommitAsync(None));
            Assert.Equal("23505", refused.SqlState);
        }

        // Without a transaction of its own, too: the constraint is checked after the statement has answered.
        await bench.Connection.ExecuteAsync(Insert, 1, None);
        await Assert.ThrowsAsync<PostgresException>(async () => await bench.Connection.ExecuteAsync(Insert, 1, None));
        Assert.Equal(1, await bench.CountAsync());
        Assert.True(bench.Source.TryReset(bench.Connection));
    }

    [Fact]
    public async Task A_transaction_left_open_costs_its_connection_because_it_would_hold_its_locks()
    {
        await using var bench = await Bench.StartAsync(PostgresPoolMode.Session);
        bench.Connection.Begin();
        await bench.Connection.ExecuteAsync(Insert, 1, None);
        Assert.False(bench.Source.TryReset(bench.Connection));
    }

    [Fact]
    public async Task A_transaction_without_statements_reaches_no_server()
    {
        await using var bench = await Bench.StartAsync(PostgresPoolMode.Session);
        await using (var transaction = bench.Connection.Begin())
            await transaction.CommitAsync(None);
        await using (bench.Connection.Begin())
        {
            Assert.Throws<InvalidOperationException>(() => bench.Connection.Begin());
        }

        Assert.True(bench.Source.TryReset(bench.Connection));
    }

    [Theory]
    [InlineData(PostgresPoolMode.Session)]
    [InlineData(PostgresPoolMode.Transaction)]
    public async Task Settings_of_a_transaction_follow_the_deadline_and_end_with_it(PostgresPoolMode mode)
    {
        await using var bench = await Bench.StartAsync(mode);
        var timeouts = new List<int>();
        await using (bench.Connection.Begin())
        {
            timeouts.Add(await TimeoutAsync(TimeSpan.FromSeconds(10)));
            timeouts.Add(await TimeoutAsync(TimeSpan.FromSeconds(5)));
        }

        timeouts.Add(await TimeoutAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal([9000, 4500, 9000], timeouts);

        async Task<int> TimeoutAsync(TimeSpan left)
        {
            bench.Connection.TimeLeft = left;
            return await bench.Connection.TimeoutMsAsync();
        }
    }

    private sealed class Bench(PostgresSource source, PostgresConnection connection) : IAsyncDisposable
    {
        public PostgresSource Source => source;

        public PostgresConnection Connection => connection;

        /// <summary>On a clock that stands still: a deadline has exactly one timeout, and nobody reaches it.</summary>
        public static async Task<Bench> StartAsync(PostgresPoolMode mode, string constraint = ", PRIMARY KEY (id)")
        {
            var servers = await Upstreams.SharedAsync();
            await CreateTableAsync(servers, "ledger", "id int" + constraint);
            var source = new PostgresSource(mode == PostgresPoolMode.Session ? Options(servers) : PgBouncerOptions(servers), new ManualTimeProvider());
            return new Bench(source, await source.OpenAsync(ConnectionRole.Write, None));
        }

        public async Task<long> CountAsync()
        {
            var other = await source.OpenAsync(ConnectionRole.Read, None);
            var count = await other.FirstAsync(Count, 0, static row => row.GetInt64(0), None);
            await source.CloseAsync(other);
            return count;
        }

        public async ValueTask DisposeAsync()
        {
            await source.CloseAsync(connection);
            await source.DisposeAsync();
        }
    }
}
