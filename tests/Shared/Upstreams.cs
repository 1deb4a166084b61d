using System.Diagnostics;
using System.Globalization;

namespace EdgeDb.Tests;

/// <summary>
/// Real PostgreSQL (primary and streaming replica), pgbouncer and Redis, started by <c>scripts/upstreams.sh</c> on loopback with TLS.
/// <see cref="SharedAsync"/> is for tests that leave the servers as they found them; a test that kills, promotes or restarts one
/// starts a set of its own with <see cref="StartAsync"/> (about 2 s).
/// </summary>
internal sealed class Upstreams : IAsyncDisposable
{
    private const string Variable = "EDGEDB_UPSTREAMS";

    private static readonly TimeSpan ScriptLimit = TimeSpan.FromSeconds(120);
    private static readonly Lazy<Task<Upstreams>> Shared = new(OpenSharedAsync);

    private readonly string _folder;
    private readonly bool _shared;
    private readonly Dictionary<string, string> _settings;

    private Upstreams(string folder, bool shared)
    {
        _folder = folder;
        _shared = shared;
        _settings = File.ReadLines(Path.Combine(folder, "upstreams.env"))
            .Select(static line => line.Split('=', 2))
            .ToDictionary(static pair => pair[0], static pair => pair[1], StringComparer.Ordinal);
    }

    /// <summary>Address all of them listen on.</summary>
    public string Host => _settings["HOST"];

    /// <summary>PEM file of the CA that signed their certificate, which is valid for localhost and 127.0.0.1. No system trusts it.</summary>
    public string CaFile => _settings["CA_FILE"];

    /// <summary>PostgreSQL that accepts writes, until <see cref="PromoteReplicaAsync"/>.</summary>
    public int PrimaryPort => Port("POSTGRES_PRIMARY_PORT");

    /// <summary>Its streaming replica. <c>select pg_wal_replay_pause()</c> there, as the administrator, makes it lag.</summary>
    public int ReplicaPort => Port("POSTGRES_REPLICA_PORT");

    /// <summary>
    /// pgbouncer in front of the primary, in transaction mode with 5 server connections. Debian's is 1.18, which does not carry prepared
    /// statements. As the administrator its console is the database "pgbouncer" (<c>SHOW POOLS</c>).
    /// </summary>
    public int PgBouncerPort => Port("PGBOUNCER_PORT");

    /// <summary>Redis without TLS.</summary>
    public int RedisPort => Port("REDIS_PORT");

    /// <summary>Redis with TLS.</summary>
    public int RedisTlsPort => Port("REDIS_TLS_PORT");

    /// <summary>A database, empty at first, that <see cref="PostgresUser"/> owns.</summary>
    public string Database => _settings["POSTGRES_DATABASE"];

    /// <summary>An ordinary user.</summary>
    public string PostgresUser => _settings["POSTGRES_USER"];

    /// <summary>Of <see cref="PostgresUser"/>.</summary>
    public string PostgresPassword => _settings["POSTGRES_PASSWORD"];

    /// <summary>The superuser, who also administers pgbouncer.</summary>
    public string PostgresAdminUser => _settings["POSTGRES_ADMIN_USER"];

    /// <summary>Of <see cref="PostgresAdminUser"/>.</summary>
    public string PostgresAdminPassword => _settings["POSTGRES_ADMIN_PASSWORD"];

    /// <summary>Of the user "default", who may do everything.</summary>
    public string RedisPassword => _settings["REDIS_PASSWORD"];

    /// <summary>A Redis user who may connect, read and SET, on keys that begin with <see cref="RedisRestrictedPrefix"/> only.</summary>
    public string RedisRestrictedUser => _settings["REDIS_RESTRICTED_USER"];

    /// <summary>Of <see cref="RedisRestrictedUser"/>.</summary>
    public string RedisRestrictedPassword => _settings["REDIS_RESTRICTED_PASSWORD"];

    /// <summary>What the restricted user's keys begin with.</summary>
    public string RedisRestrictedPrefix => _settings["REDIS_RESTRICTED_PREFIX"];

    /// <summary>
    /// The set that scripts/test.sh has started, else one that this process starts once and that ends with it. Missing servers fail the
    /// calling test in CI and skip it, with the reason, elsewhere.
    /// </summary>
    public static Task<Upstreams> SharedAsync() => Shared.Value;

    /// <summary>Starts a set of the caller's own; the same rule for missing servers.</summary>
    public static async Task<Upstreams> StartAsync()
    {
        await RequireAsync();
        return await LaunchAsync(shared: false);
    }

    /// <summary>
    /// Npgsql connection string: TLS with the whole certificate verified. Without arguments the ordinary user at the primary.
    /// </summary>
    /// <param name="port">Of a server here, or of a proxy in front of one.</param>
    /// <param name="admin">As the superuser.</param>
    public string PostgresConnectionString(int? port = null, bool admin = false) => string.Create(
        CultureInfo.InvariantCulture,
        $"Host={Host};Port={port ?? PrimaryPort};Database={Database};SSL Mode=VerifyFull;Root Certificate={CaFile};")
        + $"Username={(admin ? PostgresAdminUser : PostgresUser)};Password={(admin ? PostgresAdminPassword : PostgresPassword)}";

    /// <summary>SIGKILL for the primary and all of its processes.</summary>
    public Task KillPrimaryAsync() => ChangeAsync("kill-primary");

    /// <summary>Starts a killed primary again, after a promotion too: then there are two that accept writes.</summary>
    public Task StartPrimaryAsync() => ChangeAsync("start-primary");

    /// <summary>SIGKILL for the replica and all of its processes.</summary>
    public Task KillReplicaAsync() => ChangeAsync("kill-replica");

    /// <summary>Starts a killed replica again.</summary>
    public Task StartReplicaAsync() => ChangeAsync("start-replica");

    /// <summary>Makes the replica accept writes; returns when it does.</summary>
    public Task PromoteReplicaAsync() => ChangeAsync("promote-replica");

    /// <summary>SIGKILL for Redis; what it held is gone.</summary>
    public Task StopRedisAsync() => ChangeAsync("stop-redis");

    /// <summary>Starts a stopped Redis, empty, and returns when it answers.</summary>
    public Task StartRedisAsync() => ChangeAsync("start-redis");

    /// <summary>SIGKILL for Redis and a new start: every connection is cut, every key gone.</summary>
    public Task RestartRedisAsync() => ChangeAsync("restart-redis");

    /// <summary>Stops a set of the caller's own; leaves the shared one running.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_shared)
            await ScriptAsync("stop", _folder);
    }

    private static async Task<Upstreams> OpenSharedAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } running)
            return new(running, shared: true);
        await RequireAsync();
        return await LaunchAsync(shared: true);
    }

    private static async Task<Upstreams> LaunchAsync(bool shared)
    {
        var folder = Directory.CreateTempSubdirectory("edgedb-upstreams-").FullName;
        // With our process id: a test run that is killed leaves no servers behind.
        await ScriptAsync("start", folder, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return new(folder, shared);
    }

    private static async Task RequireAsync()
    {
        var (code, output) = await RunAsync("missing");
        if (code == 0)
            return;
        var reason = $"These are missing: {output.Trim().ReplaceLineEndings(", ")}. 'scripts/upstreams.sh install' installs them.";
        throw UpstreamsMissingException.Of(reason);
    }

    private Task ChangeAsync(string command) => _shared
        ? throw new InvalidOperationException($"'{command}' would disturb every other test; start a set with {nameof(StartAsync)}.")
        : ScriptAsync(command, _folder);

    private static async Task ScriptAsync(params string[] arguments)
    {
        var (code, output) = await RunAsync(arguments);
        if (code != 0)
            throw new InvalidOperationException($"'upstreams.sh {string.Join(' ', arguments)}' failed with {code}:\n{output}");
    }

    private static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Script(), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(ScriptLimit);
        return (process.ExitCode, await output + await errors);
    }

    private static string Script() => Repository.Path("scripts", "upstreams.sh");

    private int Port(string key) => int.Parse(_settings[key], CultureInfo.InvariantCulture);
}
