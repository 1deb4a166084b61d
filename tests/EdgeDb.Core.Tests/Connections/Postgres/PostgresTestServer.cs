using EdgeDb.Core.Connections;
using EdgeDb.Tests;
using Npgsql;

namespace EdgeDb.Core.Tests.Connections.Postgres;

/// <summary>Connections to the real servers, by the product's code and around it.</summary>
internal static class PostgresTestServer
{
    public static readonly CancellationToken None = CancellationToken.None;

    public static readonly PostgresCommand<string> Setting = new("SELECT current_setting($1)", static (ref p, name) => p.Add(name));
    public static readonly PostgresCommand<int> TimeoutMs = new("SELECT setting::int FROM pg_settings WHERE name = 'statement_timeout'", static (ref _, _) => { });
    public static readonly PostgresCommand<double> Sleep = new("SELECT pg_sleep($1)", static (ref p, seconds) => p.Add(seconds));
    public static readonly PostgresCommand<int> BackendPid = new("SELECT pg_backend_pid()", static (ref _, _) => { });
    public static readonly PostgresCommand<int> PreparedCount = new("SELECT count(*) FROM pg_prepared_statements", static (ref _, _) => { });

    public static PostgresOptions Options(Upstreams servers, int? port = null) => new()
    {
        Host = servers.Host,
        Port = port ?? servers.PrimaryPort,
        Database = servers.Database,
        Username = servers.PostgresUser,
        Password = servers.PostgresPassword,
        CaFile = servers.CaFile,
        // On a busy machine TLS and the login alone take a second.
        ConnectTimeout = TimeSpan.FromSeconds(60),
    };

    public static PostgresOptions PgBouncerOptions(Upstreams servers) => Options(servers, servers.PgBouncerPort) with { PoolMode = PostgresPoolMode.Transaction };

    /// <summary>Runs SQL as the superuser on a connection of its own and returns the first value.</summary>
    public static async Task<object?> AdminAsync(Upstreams servers, string sql, int? port = null)
    {
        await using var connection = new NpgsqlConnection(servers.PostgresConnectionString(port, admin: true) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Creates a table that the ordinary user may use, replacing an old one.</summary>
    public static Task CreateTableAsync(Upstreams servers, string name, string columns) =>
        AdminAsync(servers, $"DROP TABLE IF EXISTS {name}; CREATE TABLE {name} ({columns}); GRANT ALL ON {name} TO {servers.PostgresUser}");

    /// <summary>Polls until it holds; fails after a minute, many times what anything here takes on a busy machine.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1), TimeProvider.System);
        while (!await condition())
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, limit.Token);
    }

    /// <summary>The pace of traffic in the background, so that it leaves the machine to others.</summary>
    public static Task PaceAsync(int milliseconds) => Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System, None);

    public static ValueTask<string?> SettingAsync(this PostgresConnection connection, string name) =>
        connection.FirstAsync(Setting, name, static row => row.GetString(0), None);

    public static ValueTask<int> TimeoutMsAsync(this PostgresConnection connection) =>
        connection.FirstAsync(TimeoutMs, 0, static row => row.GetInt32(0), None);

    public static ValueTask<int> PidAsync(this PostgresConnection connection) =>
        connection.FirstAsync(BackendPid, 0, static row => row.GetInt32(0), None);
}
