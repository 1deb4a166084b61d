using EdgeDb.Core.Connections;
using EdgeDb.Tests;
using Xunit;
using static EdgeDb.Core.Tests.Connections.Postgres.PostgresTestServer;

namespace EdgeDb.Core.Tests.Connections.Postgres;

/// <summary>Over a slow line: what is sent before the answer to what came before it could have come needed no round trip of its own.</summary>
public sealed class PostgresRoundTripTests
{
    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(1200);

    [Theory]
    [InlineData(PostgresPoolMode.Session)]
    [InlineData(PostgresPoolMode.Transaction)]
    public async Task Whatever_goes_with_a_statement_takes_no_round_trip_of_its_own(PostgresPoolMode mode)
    {
        var servers = await Upstreams.SharedAsync();
        await CreateTableAsync(servers, $"trips_{mode}", "id int");
        await using var proxy = new FaultProxy(servers.Host, mode == PostgresPoolMode.Session ? servers.PrimaryPort : servers.PgBouncerPort);
        await using var source = new PostgresSource(Options(servers, proxy.Port) with { PoolMode = mode }, TimeProvider.System);
        var connection = await source.OpenAsync(ConnectionRole.Read, None);
        var insert = new PostgresCommand<int>($"INSERT INTO trips_{mode} VALUES ($1)", static (ref p, id) => p.Add(id));
        var count = new PostgresCommand<int>($"SELECT count(*) FROM trips_{mode}", static (ref _, _) => { });
        proxy.SetRoundTrip(RoundTrip);

        // Settings of the role, the statement and the position of its commit; the second time the statement is prepared.
        source.TryAssign(connection, ConnectionRole.Write);
        await OneAsync(proxy, async () => await connection.ExecuteAsync(insert, 1, None));
        var position = Assert.NotNull(connection.CommitPosition);
        await OneAsync(proxy, async () => await connection.ExecuteAsync(insert, 2, None));

        // BEGIN and the first statement; COMMIT and its position.
        await using (var transaction = connection.Begin())
        {
            await OneAsync(proxy, async () => await connection.ExecuteAsync(insert, 3, None));
            await OneAsync(proxy, async () => await transaction.CommitAsync(None));
            Assert.True(connection.CommitPosition > position);
        }

        // Other settings and a deadline, the server's position, and the read.
        source.TryAssign(connection, ConnectionRole.Read);
        connection.TimeLeft = TimeSpan.FromSeconds(8);
        connection.ReadAfter = position;
        await OneAsync(proxy, async () => Assert.Equal(3, await connection.FirstAsync(count, 0, static row => row.GetInt64(0), None)));

        // Giving the connection back takes none.
        Assert.True(source.TryReset(connection));
        proxy.SetRoundTrip(TimeSpan.Zero);
        await source.CloseAsync(connection);
    }

    private static async Task OneAsync(FaultProxy proxy, Func<Task> work)
    {
        var before = proxy.Turns;
        await work();
        Assert.Equal(1, proxy.Turns - before);
    }
}
