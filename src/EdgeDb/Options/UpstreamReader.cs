using EdgeDb.Core.Connections;

namespace EdgeDb.Options;

/// <summary>Reads the addresses of upstream servers. Every problem is reported, of one address and of all.</summary>
internal static class UpstreamReader
{
    private const int QdrantPort = 6333;

    /// <summary>A server that other services of the household use too: few connections, one of them kept.</summary>
    private static readonly ConnectionPoolOptions PostgresPool = new() { MinIdle = 1, MaxSize = 20 };

    /// <summary>A second connection is opened when one carries as many commands as it may.</summary>
    private static readonly ConnectionPoolOptions RedisPool = new() { MinIdle = 1, MaxSize = 2, LeasesPerConnection = 512 };

    public static Upstream<PostgresOptions>? Postgres(OptionDefinition option, string text, List<string> problems)
    {
        if (text.Length == 0 || UpstreamAddress.Parse(option, text, ["postgres", "postgresql"], problems) is not { } address)
            return null;
        var fallback = new PostgresOptions { Host = "", Database = "", Username = "", Password = "" };
        var server = new PostgresOptions
        {
            Name = option.Name,
            Host = address.Uri.IdnHost,
            Port = address.Uri.Port < 0 ? fallback.Port : address.Uri.Port,
            Database = Uri.UnescapeDataString(address.Uri.AbsolutePath.TrimStart('/')),
            Username = address.User ?? "",
            Password = address.Password ?? "",
            Tls = address.Take("tls", PostgresTls.VerifyFull, ("verify-full", PostgresTls.VerifyFull), ("off", PostgresTls.Off)),
            CaFile = address.Take("ca"),
            PoolMode = address.Take(
                "pool-mode", PostgresPoolMode.Session, ("session", PostgresPoolMode.Session), ("transaction", PostgresPoolMode.Transaction)),
            StatementCacheSize = address.Take("statements", fallback.StatementCacheSize),
            ConnectTimeout = address.Take("connect-timeout", fallback.ConnectTimeout),
            StatementLimit = address.Take("statement-limit", fallback.StatementLimit),
            AnalyticsLimit = address.Take("analytics-limit", fallback.AnalyticsLimit),
        };
        problems.AddRange(server.Problems());
        return new(server, Endpoint(option, address, PostgresPool, opensAhead: true, problems));
    }

    public static Upstream<RedisSettings>? Redis(OptionDefinition option, string text, List<string> problems)
    {
        if (text.Length == 0 || UpstreamAddress.Parse(option, text, ["redis", "rediss"], problems) is not { } address)
            return null;
        var uri = address.Uri;
        var bare = $"{uri.Scheme}://{uri.Host}{(uri.Port < 0 ? "" : $":{uri.Port}")}{uri.AbsolutePath}";
        var fallback = new RedisSettings { Address = bare };
        var server = new RedisSettings
        {
            Address = bare,
            User = address.User,
            Password = address.Password,
            CaFile = address.Take("ca"),
            ConnectTimeout = address.Take("connect-timeout", fallback.ConnectTimeout),
            CommandTimeout = address.Take("command-timeout", fallback.CommandTimeout),
        };
        server.Validate(option.Name, problems);
        return new(server, Endpoint(option, address, RedisPool, opensAhead: false, problems));
    }

    public static Upstream<QdrantSettings>? Qdrant(OptionDefinition option, string text, List<string> problems)
    {
        if (text.Length == 0 || UpstreamAddress.Parse(option, text, ["http", "https"], problems) is not { } address)
            return null;
        var uri = address.Uri;
        var trust = address.Take("ca") is { } ca ? new HttpTrust { CaFile = ca } : HttpTrust.System;
        problems.AddRange(trust.Problems().Select(problem => $"{option.Name}: {problem}"));
        var bare = $"{uri.Scheme}://{uri.Host}:{(uri.IsDefaultPort ? QdrantPort : uri.Port)}";
        var fallback = new QdrantSettings { Address = bare };
        var server = fallback with { ApiKey = address.Take("api-key"), Trust = trust, Timeout = address.Take("timeout", fallback.Timeout) };
        if (address.User is not null)
            address.Problem("a user is given, but Qdrant knows only a key; give it as ?api-key=…");
        if (server.ApiKey is not null && uri.Scheme == "http" && !uri.IsLoopback)
            address.Problem("the key would travel in the clear; use https.");
        problems.AddRange(server.ToHttp().Problems().Select(problem => $"{option.Name}: {problem}"));
        return new(server, Endpoint(option, address, HttpSource.PoolOptions(new HttpLimits()), opensAhead: false, problems));
    }

    private static EndpointOptions Endpoint(
        OptionDefinition option, UpstreamAddress address, ConnectionPoolOptions pool, bool opensAhead, List<string> problems)
    {
        var endpoint = new EndpointOptions
        {
            Pool = address.TakePool(pool),
            Limit = address.TakeLimit(),
            OpensAhead = address.Take("open-ahead", opensAhead, ("true", true), ("false", false)),
        };
        endpoint.Validate(option.Name, problems);
        address.RefuseTheRest();
        return endpoint;
    }
}
