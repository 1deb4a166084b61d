using System.Security.Authentication;
using EdgeDb.Core.Connections;
using EdgeDb.Core.Household;
using EdgeDb.Core.OpenId;
using EdgeDb.Core.Settings;
using EdgeDb.Core.Storage;
using NodaTime;

namespace EdgeDb.Options;

/// <summary>
/// Every setting of the service. The command line, the environment, the file, the help text, <c>edgedb config</c>, the API and the JSON Schema of the file are made
/// from this table; README is held to it by a test.
/// </summary>
internal static class SettingTable
{
    private const int MaxHosts = 50;
    private const int MaxFeeds = 50;

    public static readonly Setting<string> Config = new(
        "config", new TextType<string>("FILE", "a JSON file; empty for none", static (text, _) => text, static text => text),
        "The file of settings; one that is named here must exist.")
        { Default = "/etc/edgedb/edgedb.json", Change = SettingChange.BeforeDatabase };

    public static readonly Setting<string> Data = new(
        "data", new TextType<string>("DIR", "a folder that can be written", ReadFolder, static folder => folder), "Where the database and its copies are kept.")
        { Default = "./data", Change = SettingChange.BeforeDatabase };

    public static readonly Setting<LogLevel> LogLevel = new(
        "logLevel",
        new ChoiceType<LogLevel>(
            "LEVEL", ("trace", Microsoft.Extensions.Logging.LogLevel.Trace), ("debug", Microsoft.Extensions.Logging.LogLevel.Debug),
            ("information", Microsoft.Extensions.Logging.LogLevel.Information), ("warning", Microsoft.Extensions.Logging.LogLevel.Warning)),
        "How much the service says of itself on standard output; names, titles and addresses at none of these.")
        { Default = "information", Change = SettingChange.BeforeDatabase };

    public static readonly Setting<string> Listen = new(
        "listen", new TextType<string>("ADDRESS", "localhost, an IP address or * for all", ReadAddress, static address => address),
        "Address the browser's requests are accepted on.")
        { Default = "localhost" };

    public static readonly Setting<IReadOnlyList<string>> Host = new(
        "host", new ListType("NAME", "a DNS name", MaxHosts, CheckHost),
        "Answers requests under this name too; addresses, the machine's name and names of home networks need none.")
        { Default = "" };

    public static readonly Setting<int> Port = new("port", new IntegerType(0, 65535, remark: "0 takes a free one"), "TCP port.") { Default = "8080" };

    public static readonly Setting<TlsMode> Tls = new(
        "tls", new ChoiceType<TlsMode>("MODE", ("auto", TlsMode.Auto), ("on", TlsMode.On), ("off", TlsMode.Off)),
        "Whether https is answered; auto does where other machines can reach the service, off is for a proxy that does it.")
        { Default = "auto" };

    public static readonly Setting<int> TlsPort = new(
        "tlsPort", new IntegerType(0, 65535, remark: "0 takes a free one"), "TCP port of https; a free one when the other port is 0 and this is not given.") { Default = "8443" };

    public static readonly Setting<SslProtocols> TlsMinimum = new(
        "tlsMinimum", new ChoiceType<SslProtocols>("VERSION", ("1.3", SslProtocols.Tls13), ("1.2", SslProtocols.Tls12)), "Oldest version of TLS that is spoken; 1.2 is for devices from before 2019.")
        { Default = "1.3" };

    public static readonly Setting<string?> TlsCertificate = new(
        "tlsCertificate", new TextType<string?>("FILE", "a PEM file", ReadPem, static file => file ?? ""),
        "A certificate of your own, its chain behind it, instead of the household's own authority; read again when it changes.") { Default = "" };

    public static readonly Setting<string?> TlsKey = new(
        "tlsKey", new TextType<string?>("FILE", "a PEM file", ReadPem, static file => file ?? ""), "Its private key, without a pass phrase.") { Default = "" };

    public static readonly Setting<int> TlsHsts = new(
        "tlsHsts", new IntegerType(0, 730, "days"), "Tells browsers to come by https only, for so long (HSTS); 0 does not. Not taken back before that time.")
        { Default = "0" };

    public static readonly Setting<string?> Zone = new(
        "zone", new TextType<string?>("TZ", "an IANA name", ReadZone, static zone => zone ?? ""), "Time zone of a new household. Changed later by PUT /api/household.")
        { Default = "", DefaultWords = "the machine's" };

    public static readonly Setting<IReadOnlyList<string>> Feed = new(
        "feed", new ListType("URL|FILE", "http, https, webcal or a file", MaxFeeds, CheckFeed), "Adds a calendar feed that is not there yet.")
        { Default = "", IsSecret = true };

    public static readonly Setting<bool> Sample = new(
        "sample", new BooleanType(), "Fills an empty database with a sample household, marked as such and removable in one click.")
        { Default = "false" };

    public static readonly Setting<int> FeedInterval = new(
        "feedInterval", new IntegerType(5, 1440, "minutes"), "Time between two requests of a feed that answers.")
        { Default = "30", Change = SettingChange.AtOnce };

    public static readonly Setting<bool> FeedsFromHome = new(
        "feedsFromHome", new BooleanType(),
        "Reads feeds from addresses of the home network and of this machine too. Without it only from the internet, unless the service listens on this machine only.")
        { Default = "false", Change = SettingChange.AtOnce };

    public static readonly Setting<int> WindowBack = new(
        "windowBack", new IntegerType(1, 120, "months"), "How far back occurrences of series are kept ready.") { Default = "12" };

    public static readonly Setting<int> WindowAhead = new(
        "windowAhead", new IntegerType(1, 120, "months"), "How far ahead occurrences of series are kept ready.") { Default = "24" };

    public static readonly Setting<int> BackupDaily = Backups("daily", "7", "days");

    public static readonly Setting<int> BackupWeekly = Backups("weekly", "4", "weeks");

    public static readonly Setting<int> BackupMonthly = Backups("monthly", "12", "months");

    public static readonly Setting<int> AuditKeep = AtOnce(
        "audit.keep", new IntegerType(30, 3650, "days"), "400", "How long entries of the audit log are kept; the newest 10,000 are kept whatever their age.");

    public static readonly Setting<CorruptionPolicy> OnCorruption = new(
        "onCorruption",
        new ChoiceType<CorruptionPolicy>(
            "POLICY", ("restore", CorruptionPolicy.RestoreLastGoodCopy), ("empty", CorruptionPolicy.StartEmpty), ("refuse", CorruptionPolicy.Refuse)),
        "After a damaged database was set aside: start from the last good copy, start empty, or do not start.")
        { Default = "restore", Change = SettingChange.BeforeDatabase };

    public static readonly Setting<Upstream<PostgresOptions>?> Postgres = Upstream(
        "postgres", UpstreamReader.PostgresForm, "PostgreSQL that takes what the board is too small for.",
        static (text, reading) => UpstreamReader.Postgres("postgres", text, reading));

    public static readonly Setting<Upstream<PostgresOptions>?> PostgresReplica = Upstream(
        "postgresReplica", "as --postgres", "A streaming replica of it, for reads.",
        static (text, reading) => UpstreamReader.Postgres("postgres-replica", text, reading));

    public static readonly Setting<Upstream<RedisSettings>?> Redis = Upstream(
        "redis", UpstreamReader.RedisForm, "Redis as a second cache.", UpstreamReader.Redis);

    public static readonly Setting<Upstream<QdrantSettings>?> Qdrant = Upstream(
        "qdrant", UpstreamReader.QdrantForm, "Qdrant for search by meaning.", UpstreamReader.Qdrant);

    public static readonly Setting<Upstream<OpenIdSettings>?> OpenId = Upstream(
        "oidc", UpstreamReader.OpenIdForm, "A provider of OpenID Connect that people may sign in with.", UpstreamReader.OpenId);

    public static readonly Setting<TunerMode> Tuner = new(
        "tuner", new ChoiceType<TunerMode>("MODE", ("auto", TunerMode.Auto), ("approve", TunerMode.Approve), ("off", TunerMode.Off)),
        "Settings of connections: tries better ones by itself, proposes them for a person to approve, or leaves them alone.")
        { Default = "approve", Change = SettingChange.AtOnce };

    public static readonly Setting<int> CacheEntries = AtOnce("cache.entries", new IntegerType(16, 100_000, "answers"), "1000", "Answers kept at most.");

    public static readonly Setting<long> CacheBytes = AtOnce("cache.bytes", new SizeType(256 << 10, 256 << 20), "16MB", "Memory of the kept answers at most.");

    public static readonly Setting<TimeSpan> CacheTtl = AtOnce("cache.ttl", Time(1, 86_400), "5min", "How long a kept answer is fresh.");

    public static readonly Setting<TimeSpan> StaleWhileRevalidate = AtOnce(
        "cache.staleWhileRevalidate", Time(0, 86_400), "1min", "How long after that it is still given while a new one is made.");

    public static readonly Setting<TimeSpan> StaleIfError = AtOnce(
        "cache.staleIfError", Time(0, 7 * 86_400), "1h", "How long after that it is given, marked as stale, when no new one can be made.");

    public static readonly Setting<TimeSpan> TtlWithoutSecondLevel = AtOnce(
        "cache.ttlWithoutRedis", Time(0, 300), "5s", "How long an answer is fresh while Redis, which tells of changes, cannot be reached.");

    public static readonly Setting<int> BatchSize = AtOnce("batch.size", new IntegerType(1, 100, "requests"), "10", "Like requests that are executed together at most.");

    public static readonly Setting<TimeSpan> BatchDelay = AtOnce(
        "batch.delay", Time(0, 1), "50ms", "Longest time a request waits for others to join it; it never waits while nothing else runs.");

    public static readonly Setting<TimeSpan> RequestDeadline = AtOnce("requests.deadline", Time(0.1, 300), "10s", "Time a request has for its answer.");

    public static readonly Setting<int> RequestConcurrency = AtOnce("requests.concurrency", new IntegerType(1, 256, "requests"), "16", "Executions at once.");

    public static readonly Setting<int> RequestQueue = AtOnce(
        "requests.queue", new IntegerType(0, 10_000, "requests"), "256", "Requests that may wait for their execution; more are refused.");

    public static readonly Setting<bool> FeaturesOff = new(
        "features.off", new BooleanType(), "The kill switch: all features below are off for everybody, and the service does the plain thing.")
        { Default = "false", Change = SettingChange.AtOnce };

    /// <summary>By <see cref="Feature"/>.</summary>
    private static readonly (Setting<bool> Enabled, Setting<int> Percent)[] Rollouts = Array.ConvertAll(Enum.GetValues<Feature>(), static feature => (
        new Setting<bool>($"features.{Name(feature)}.enabled", new BooleanType(), Words(feature)) { Default = "true", Change = SettingChange.AtOnce },
        AtOnce($"features.{Name(feature)}.percent", new IntegerType(0, 100, "%"), "100", $"Of how many {Unit(feature)} that is.")));

    public static SettingCatalog Catalog { get; } = new(
    [
        Config, Data, LogLevel, Listen, Host, Port, Tls, TlsPort, TlsMinimum, TlsCertificate, TlsKey, TlsHsts, Zone, Feed, Sample, FeedInterval, FeedsFromHome, WindowBack, WindowAhead, BackupDaily, BackupWeekly, BackupMonthly, OnCorruption, AuditKeep,
        Postgres, PostgresReplica, Redis, Qdrant, OpenId, Tuner,
        CacheEntries, CacheBytes, CacheTtl, StaleWhileRevalidate, StaleIfError, TtlWithoutSecondLevel,
        BatchSize, BatchDelay, RequestDeadline, RequestConcurrency, RequestQueue,
        FeaturesOff, .. Rollouts.SelectMany(static r => (Setting[])[r.Enabled, r.Percent]),
    ]);

    /// <summary>For whom each feature is on, by <see cref="Feature"/>, the kill switch left aside.</summary>
    public static FeatureRollout[] RolloutsOf(SettingValues values) =>
        Array.ConvertAll(Rollouts, r => new FeatureRollout(values.Get(r.Enabled), values.Get(r.Percent)));

    private static Setting<int> Backups(string period, string standard, string unit) =>
        new($"backup.{period}", new IntegerType(0, 365, unit), $"For how many {unit} that have a backup the newest one is kept; the newest three of all are kept anyway.")
        { Default = standard, Change = SettingChange.BeforeDatabase };

    private static Setting<T> AtOnce<T>(string path, SettingType<T> type, string standard, string help) =>
        new(path, type, help) { Default = standard, Change = SettingChange.AtOnce };

    private static DurationType Time(double leastSeconds, double mostSeconds) => new(TimeSpan.FromSeconds(leastSeconds), TimeSpan.FromSeconds(mostSeconds));

    private static Setting<T?> Upstream<T>(string path, string form, string help, Func<string, SettingReading, T?> read)
        where T : class =>
        new(path, new TextType<T?>("URL", form, read, static value => value is null ? "" : "(set)"), help) { Default = "", IsSecret = true };

    /// <summary>As in <c>features.NAME.enabled</c>.</summary>
    public static string Name(Feature feature)
    {
        var name = feature.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    private static string Unit(Feature feature) => feature is Feature.PoolAdaptivity or Feature.Forecast ? "connections" : "clients";

    private static string Words(Feature feature) => feature switch
    {
        Feature.PoolAdaptivity => "Limits of connections follow their latencies, and the tuner may act.",
        Feature.Forecast => "Connections are opened ahead of the load that is forecast.",
        Feature.Pipeline => "Requests go through the pipeline; without it each runs by itself.",
        Feature.Batching => "Like requests are executed together.",
        Feature.Caching => "Answers are kept.",
        Feature.SecondLevel => "Kept answers are shared through Redis.",
        Feature.Warming => "Answers are made before they are asked for.",
        Feature.Coalescing => "Equal requests at the same time are executed once.",
        _ => throw new ArgumentOutOfRangeException(nameof(feature)),
    };

    private static string ReadFolder(string text, SettingReading reading)
    {
        if (text.Length == 0 || text.Contains('\0', StringComparison.Ordinal))
            reading.Problem("a folder is needed.");
        else if (File.Exists(text))
            reading.Problem($"{SettingReading.Quote(text)} is a file, not a folder.");
        else
            return Path.GetFullPath(text);
        return ".";
    }

    private static string ReadAddress(string text, SettingReading reading)
    {
        if (text is not ("localhost" or "*") && !System.Net.IPAddress.TryParse(text, out _))
            reading.Problem($"{SettingReading.Quote(text)} is not localhost, * or an IP address.");
        return text;
    }

    private static string? ReadPem(string text, SettingReading reading)
    {
        if (text.Length == 0)
            return null;
        if (!File.Exists(text))
            reading.Problem($"there is no file {SettingReading.Quote(text)}.");
        return Path.GetFullPath(text);
    }

    private static void CheckHost(string text, SettingReading reading)
    {
        if (Uri.CheckHostName(text) != UriHostNameType.Dns)
            reading.Problem($"{SettingReading.Quote(text)} is not a DNS name such as board.example.org.");
    }

    private static string? ReadZone(string text, SettingReading reading)
    {
        if (text.Length == 0)
            return null;
        if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(text) is { } zone)
            return zone.Id;
        reading.Problem($"{SettingReading.Quote(text)} is not an IANA time zone such as Europe/Berlin.");
        return null;
    }

    private static void CheckFeed(string text, SettingReading reading)
    {
        try
        {
            if (FeedAddress.Parse(text, "feed", allowFile: true).FilePath is { } path && !File.Exists(path))
                reading.Problem($"there is no file '{path}'.");
        }
        catch (HouseholdException refused)
        {
            reading.Problem(refused.Message);
        }
    }
}
