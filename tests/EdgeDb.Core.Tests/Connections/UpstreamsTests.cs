using EdgeDb.Tests;
using Npgsql;
using Xunit;

namespace EdgeDb.Core.Tests.Connections;

/// <summary>The servers that other tests rely on, and the faults that can be made in them.</summary>
public sealed class UpstreamsTests
{
    [Fact]
    public async Task The_replica_and_pgbouncer_show_what_the_primary_has_written()
    {
        var upstreams = await Upstreams.SharedAsync();
        var table = $"seen_{Guid.NewGuid():N}";

        Assert.Equal(1L, await ScalarAsync(upstreams, upstreams.PrimaryPort, $"create table {table} (a int); insert into {table} values (1); select count(*) from {table}"));
        Assert.Equal(1L, await ScalarAsync(upstreams, upstreams.PgBouncerPort, $"select count(*) from {table}"));
        await ScalarAsync(upstreams, upstreams.ReplicaPort, $"select 1 where pg_is_in_recovery()");
        var shown = await EventuallyAsync(async () => await ScalarAsync(upstreams, upstreams.ReplicaPort, $"select count(*) from pg_class where relname = '{table}'") is 1L);
        Assert.True(shown);
        await ScalarAsync(upstreams, upstreams.PrimaryPort, $"drop table {table}");
    }

    [Fact]
    public async Task A_set_of_ones_own_survives_the_kill_of_its_primary_by_promoting_the_replica()
    {
        await using var upstreams = await Upstreams.StartAsync();
        await ScalarAsync(upstreams, upstreams.PrimaryPort, "create table t (a int)");
        await upstreams.KillPrimaryAsync();

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ScalarAsync(upstreams, upstreams.PrimaryPort, "select 1"));
        await upstreams.PromoteReplicaAsync();
        Assert.Equal(0L, await ScalarAsync(upstreams, upstreams.ReplicaPort, "insert into t select 1 where false; select count(*) from t"));
        await upstreams.StartPrimaryAsync();
        Assert.Equal(false, await ScalarAsync(upstreams, upstreams.PrimaryPort, "select pg_is_in_recovery()"));
        await upstreams.RestartRedisAsync();
    }

    [Fact]
    public async Task Nobody_disturbs_the_shared_set()
    {
        var upstreams = await Upstreams.SharedAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(upstreams.KillPrimaryAsync);
    }

    private static async Task<object?> ScalarAsync(Upstreams upstreams, int port, string sql)
    {
        await using var connection = new NpgsqlConnection(upstreams.PostgresConnectionString(port) + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<bool> EventuallyAsync(Func<Task<bool>> condition)
    {
        for (var attempt = 0; attempt < 500; attempt++)
        {
            if (await condition())
                return true;
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }
        return false;
    }
}
