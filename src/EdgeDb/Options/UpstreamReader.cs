using EdgeDb.Core.Connections;
using EdgeDb.Core.OpenId;
using EdgeDb.Core.Settings;

namespace EdgeDb.Options;

/// <summary>Reads the addresses of upstream servers. Every problem is reported, of one address and of all.</summary>
internal static class UpstreamReader
{
    public const string PostgresForm = "postgres://USER:PASSWORD@HOST:PORT/DATABASE?…";
    public const string RedisForm = "redis://USER:PASSWORD@HOST:PORT/DB?…, rediss:// for TLS";
    public const string QdrantForm = "https://HOST:PORT?api-key=…";

    public const string OpenIdForm = "https://CLIENT@HOST/PATH?secret-file=…";

    private const int QdrantPort = 6333;

    /// <summary>A server that other services of the household use too: few connections, one of them kept.</summary>
    private static readonly ConnectionPoolOptions PostgresPool = new() { MinIdle = 1, MaxSize = 20 };

    /// <summary>
    /// A second connection is opened when one carries as many commands as it may. None is replaced for its age: with a connection goes what it would have told.
    /// </summary>
    private static readonly ConnectionPoolOptions RedisPool = new() { MinIdle = 1, MaxSize = 2, LeasesPerConnection = 512, MaxLifetime = Timeout.InfiniteTimeSpan };

    /// <param name="name">What the endpoint is called.</param>
    /// <param name="text">The address; empty for none.</param>
    /// <param name="reading">Is told what is wrong.</param>
    public static Upstream<PostgresOptions>? Postgres(string name, string text, SettingReading reading)
    {
        if (text.Length == 0 || UpstreamAddress.Parse(text, PostgresForm, ["postgres", "postgresql"], reading) is not { } address)
            return null;
        var fallback = new PostgresOptions { Host = "", Database = "", Username = "", Password = "" };
        var tls = address.Take("tls", PostgresTls.VerifyFull, ("verify-full", PostgresTls.VerifyFull), ("off", PostgresTls.Off));
        var trust = address.TakeTrust();
        var server = new PostgresOptions
        {
            Name = name,
            Host = address.Uri.IdnHost,
            Port = address.Uri.Port < 0 ? fallback.Port : address.Uri.Port,
            Database = Uri.UnescapeDataString(address.Uri.AbsolutePath.TrimStart('/')),
            Username = address.User ?? "",
            Tls = tls,
            CaFile = trust.CaFile,
            Pins = trust.Pins,
            RequireTls13 = trust.RequireTls13,
            Password = Secret(address, address.Password, "a password", "password-file") ?? "",
            PoolMode = address.Take(
                "pool-mode", PostgresPoolMode.Session, ("session", PostgresPoolMode.Session), ("transaction", PostgresPoolMode.Transaction)),
            StatementCacheSize = address.Take("statements", fallback.StatementCacheSize, nameof(PostgresOptions.StatementCacheSize)),
            ConnectTimeout = address.Take("connect-timeout", fallback.ConnectTimeout),
            StatementLimit = address.Take("statement-limit", fallback.StatementLimit),
            AnalyticsLimit = address.Take("analytics-limit", fallback.AnalyticsLimit),
        };
        address.Problems(name, server.Problems());
        return new(server, Endpoint(address, PostgresPool, opensAhead: true));
    }

    public static Upstream<RedisSettings>? Redis(string text, SettingReading reading)
    {
        if (text.Length == 0 || UpstreamAddress.Parse(text, RedisForm, ["redis", "rediss"], reading) is not { } address)
            return null;
        var uri = address.Uri;
        var bare = $"{uri.Scheme}://{uri.Host}{(uri.Port < 0 ? "" : $":{uri.Port}")}{uri.AbsolutePath}";
        var fallback = new RedisSettings { Address = bare };
        var trust = address.TakeTrust();
        var server = new RedisSettings
        {
            Address = bare,
            User = address.User,
            Password = Secret(address, address.Password, "a password", "password-file"),
            CaFile = trust.CaFile,
            Pins = trust.Pins,
            RequireTls13 = trust.RequireTls13,
            ConnectTimeout = address.Take("connect-timeout", fallback.ConnectTimeout),
            CommandTimeout = address.Take("command-timeout", fallback.CommandTimeout),
        };
        var problems = new List<string>();
        server.Validate("redis", problems);
        address.Problems("redis", problems);
        var endpoint = Endpoint(address, RedisPool, opensAhead: false);
        if (endpoint.Pool.MinIdle == 0)
            address.Problem("min-idle is 0; give 1 or more: answers are kept there only while a connection is told of changes.");
        return new(server, endpoint);
    }

    public static Upstream<QdrantSettings>? Qdrant(string text, SettingReading reading)
    {
        if (text.Length == 0 || UpstreamAddress.Parse(text, QdrantForm, ["http", "https"], reading) is not { } address)
            return null;
        var uri = address.Uri;
        var trust = address.TakeTrust() is { IsParticular: true } own ? own : TlsTrust.System;
        var bare = $"{uri.Scheme}://{uri.Host}:{(uri.IsDefaultPort ? QdrantPort : uri.Port)}";
        var fallback = new QdrantSettings { Address = bare };
        var server = fallback with { ApiKey = Secret(address, address.Take("api-key", "Credential"), "a key", "api-key-file"), Trust = trust, Timeout = address.Take("timeout", fallback.Timeout) };
        if (address.User is not null)
            address.Problem("a user is given, but Qdrant knows only a key; give it as ?api-key=…");
        if (server.ApiKey is not null && uri.Scheme == "http" && !uri.IsLoopback)
            address.Problem("the key would travel in the clear; use https.");
        // They hold those of the trust as well.
        address.Problems("qdrant", server.ToHttp().Problems());
        return new(server, Endpoint(address, HttpSource.PoolOptions(new HttpLimits()), opensAhead: false));
    }

    public static Upstream<OpenIdSettings>? OpenId(string text, SettingReading reading)
    {
        if (text.Length == 0 || UpstreamAddress.Parse(text, OpenIdForm, ["http", "https"], reading) is not { } address)
            return null;
        var uri = address.Uri;
        var fallback = new OpenIdSettings { Issuer = "", ClientId = "" };
        var provider = new OpenIdSettings
        {
            Issuer = uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped),
            ClientId = address.User ?? "",
            ClientSecret = Secret(address, address.Password, "a secret", "secret-file"),
            Name = address.Take("name") ?? fallback.Name,
            Service = Service(address),
            Trust = address.TakeTrust() is { IsParticular: true } own ? own : TlsTrust.System,
            Timeout = address.Take("timeout", fallback.Timeout),
        };
        address.Problems("oidc", provider.Problems());
        return new(provider, Endpoint(address, OpenIdSource.PoolOptions(new HttpLimits()), opensAhead: false));
    }

    private static Uri? Service(UpstreamAddress address)
    {
        if (address.Take("service") is not { } text)
            return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var service) && service.Scheme is "http" or "https" && service.Host.Length > 0)
            return service;
        address.Problem("service is no address such as https://board.example.org.");
        return null;
    }

    /// <summary>A secret stands in the address or in a file that the address names, not in both.</summary>
    private static Secret? Secret(UpstreamAddress address, string? inAddress, string what, string key)
    {
        var inFile = address.TakeFile(key);
        if (inAddress is not null && inFile is not null)
            address.Problem($"{what} is given, and {key} names another one; leave one out.");
        return inAddress is null ? inFile : Core.Connections.Secret.Of(inAddress);
    }

    private static EndpointOptions Endpoint(UpstreamAddress address, ConnectionPoolOptions pool, bool opensAhead)
    {
        var endpoint = new EndpointOptions
        {
            Pool = address.TakePool(pool),
            Limit = address.TakeLimit(),
            OpensAhead = address.Take("open-ahead", opensAhead, ("true", true), ("false", false)),
        };
        var problems = new List<string>();
        endpoint.Validate("endpoint", problems);
        address.Problems("endpoint", problems);
        address.RefuseTheRest();
        return endpoint;
    }
}
