using System.Collections;
using EdgeDb.Core.Connections;
using EdgeDb.Core.Storage;
using NodaTime;

namespace EdgeDb.Options;

/// <summary>Every option of the service. Values come from the defaults, then the environment, then the command line.</summary>
internal static class OptionTable
{
    private const int MaxHosts = 50;

    private static readonly OptionDefinition Data = new("data", "DIR", "./data", "", "a folder that can be written", "Where the database and its copies are kept.");

    private static readonly OptionDefinition Listen = new(
        "listen", "ADDRESS", "localhost", "", "localhost, an IP address or * for all", "Address the browser's requests are accepted on.");

    private static readonly OptionDefinition Host = new(
        "host", "NAME", "", "", "a DNS name; up to 50",
        "Answers requests under this name too; addresses, the machine's name and names of home networks need none.", Repeatable: true);

    private static readonly OptionDefinition Port = new("port", "N", "8080", "", "0 to 65535; 0 takes a free one", "TCP port.");

    private static readonly OptionDefinition Zone = new(
        "zone", "TZ", "", "", "an IANA name", "Time zone of a new household; the machine's own when not given. Changed later by PUT /api/household.");

    private static readonly OptionDefinition Feed = new(
        "feed", "URL|FILE", "", "", "http, https, webcal or a file; up to 50", "Adds a calendar feed that is not there yet.", Repeatable: true);

    private static readonly OptionDefinition Sample = new(
        "sample", "", "", "", "", "Fills an empty database with a sample household, marked as such and removable in one click.");

    private static readonly OptionDefinition FeedInterval = new(
        "feed-interval", "MINUTES", "30", "minutes", "5 to 1440", "Time between two requests of a feed that answers.");

    private static readonly OptionDefinition WindowBack = new(
        "window-back", "MONTHS", "12", "months", "1 to 120", "How far back occurrences of series are kept ready.");

    private static readonly OptionDefinition WindowAhead = new(
        "window-ahead", "MONTHS", "24", "months", "1 to 120", "How far ahead occurrences of series are kept ready.");

    private static readonly OptionDefinition BackupsKept = new("backups-kept", "N", "3", "copies", "1 to 365", "Daily copies of the database that are kept.");

    private static readonly OptionDefinition OnCorruption = new(
        "on-corruption", "POLICY", "restore", "", "restore, empty or refuse",
        "After a damaged database was set aside: start from the last good copy, start empty, or do not start.");

    private static readonly OptionDefinition Postgres = new(
        "postgres", "URL", "", "", "postgres://USER:PASSWORD@HOST:PORT/DATABASE?…", "PostgreSQL that takes what the board is too small for.");

    private static readonly OptionDefinition PostgresReplica = new(
        "postgres-replica", "URL", "", "", "as --postgres", "A streaming replica of it, for reads.");

    private static readonly OptionDefinition Redis = new(
        "redis", "URL", "", "", "redis://USER:PASSWORD@HOST:PORT/DB?…, rediss:// for TLS", "Redis as a second cache.");

    private static readonly OptionDefinition Qdrant = new(
        "qdrant", "URL", "", "", "https://HOST:PORT?api-key=…", "Qdrant for search by meaning.");

    private static readonly OptionDefinition Tuner = new(
        "tuner", "MODE", "approve", "", "auto, approve or off",
        "Settings of connections: tries better ones by itself, proposes them for a person to approve, or leaves them alone.");

    public static IReadOnlyList<OptionDefinition> All { get; } =
    [
        Data, Listen, Host, Port, Zone, Feed, Sample, FeedInterval, WindowBack, WindowAhead, BackupsKept, OnCorruption,
        Postgres, PostgresReplica, Redis, Qdrant, Tuner,
    ];

    /// <summary>Puts the options together. Every problem is reported, not only the first.</summary>
    /// <param name="commandLine">Values by option name.</param>
    /// <param name="environment">The process environment.</param>
    /// <param name="problems">Receives one sentence a problem; the result is only meaningful when it stays empty.</param>
    public static EdgeDbOptions Read(IReadOnlyDictionary<string, List<string>> commandLine, IDictionary environment, List<string> problems)
    {
        foreach (DictionaryEntry entry in environment)
            if (entry.Key is string name && name.StartsWith("EDGEDB__", StringComparison.Ordinal) && !All.Any(o => o.EnvironmentName == name))
                problems.Add($"{name} is set in the environment, and there is no such option.");

        return new()
        {
            Data = ReadFolder(Text(Data)),
            Listen = ReadAddress(Text(Listen)),
            Hosts = ReadHosts(Texts(Host)),
            Port = Port.Integer(Text(Port), 0, 65535, problems),
            Zone = ReadZone(Text(Zone)),
            Feeds = Texts(Feed),
            Sample = ReadSwitch(Sample),
            FeedInterval = TimeSpan.FromMinutes(FeedInterval.Integer(Text(FeedInterval), 5, 1440, problems)),
            WindowMonthsBack = WindowBack.Integer(Text(WindowBack), 1, 120, problems),
            WindowMonthsAhead = WindowAhead.Integer(Text(WindowAhead), 1, 120, problems),
            BackupsKept = BackupsKept.Integer(Text(BackupsKept), 1, 365, problems),
            OnCorruption = ReadPolicy(Text(OnCorruption)),
            Upstream = ReadUpstream(),
        };

        string Text(OptionDefinition option) =>
            commandLine.TryGetValue(option.Name, out var values) ? values[^1] : environment[option.EnvironmentName] as string ?? option.Default;

        List<string> Texts(OptionDefinition option) =>
            commandLine.TryGetValue(option.Name, out var values)
                ? values
                : (environment[option.EnvironmentName] as string ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).ToList();

        UpstreamOptions ReadUpstream()
        {
            var upstream = new UpstreamOptions
            {
                Postgres = UpstreamReader.Postgres(Postgres, Text(Postgres), problems),
                PostgresReplica = UpstreamReader.Postgres(PostgresReplica, Text(PostgresReplica), problems),
                Redis = UpstreamReader.Redis(Redis, Text(Redis), problems),
                Qdrant = UpstreamReader.Qdrant(Qdrant, Text(Qdrant), problems),
                Tuner = ReadTuner(Text(Tuner)),
            };
            if (Text(PostgresReplica).Length > 0 && Text(Postgres).Length == 0)
                problems.Add("--postgres-replica is given without --postgres; the replica answers reads only.");
            return upstream;
        }

        TunerMode ReadTuner(string text)
        {
            switch (text)
            {
                case "auto":
                    return TunerMode.Auto;
                case "approve":
                    return TunerMode.Approve;
                case "off":
                    return TunerMode.Off;
                default:
                    problems.Add($"--tuner: '{text}' is not auto, approve or off.");
                    return TunerMode.Off;
            }
        }

        string ReadFolder(string text)
        {
            if (text.Length == 0 || text.Contains('\0', StringComparison.Ordinal))
                problems.Add("--data: a folder is needed.");
            else if (File.Exists(text))
                problems.Add($"--data: '{text}' is a file, not a folder.");
            else
                return Path.GetFullPath(text);
            return ".";
        }

        string ReadAddress(string text)
        {
            if (text is "localhost" or "*" || System.Net.IPAddress.TryParse(text, out _))
                return text;
            problems.Add($"--listen: '{text}' is not localhost, * or an IP address.");
            return "localhost";
        }

        List<string> ReadHosts(List<string> names)
        {
            if (names.Count > MaxHosts)
                problems.Add($"--host: at most {MaxHosts} names may be given; these are {names.Count}.");
            foreach (var name in names)
                if (Uri.CheckHostName(name) != UriHostNameType.Dns)
                    problems.Add($"--host: '{name}' is not a DNS name such as board.example.org.");
            return names;
        }

        bool ReadSwitch(OptionDefinition option)
        {
            if (commandLine.ContainsKey(option.Name))
                return true;
            var text = environment[option.EnvironmentName] as string ?? "false";
            if (text is not ("true" or "false"))
                problems.Add($"{option.EnvironmentName}: '{text}' is not true or false.");
            return text == "true";
        }

        string ReadZone(string text)
        {
            if (text.Length == 0)
                return SystemZone();
            if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(text) is { } zone)
                return zone.Id;
            problems.Add($"--zone: '{text}' is not an IANA time zone such as Europe/Berlin.");
            return "UTC";
        }

        CorruptionPolicy ReadPolicy(string text)
        {
            switch (text)
            {
                case "restore":
                    return CorruptionPolicy.RestoreLastGoodCopy;
                case "empty":
                    return CorruptionPolicy.StartEmpty;
                case "refuse":
                    return CorruptionPolicy.Refuse;
                default:
                    problems.Add($"--on-corruption: '{text}' is not restore, empty or refuse.");
                    return CorruptionPolicy.Refuse;
            }
        }
    }

    /// <summary>The machine's zone by its IANA name: TZ, then /etc/timezone, then the /etc/localtime link; UTC when none says.</summary>
    private static string SystemZone()
    {
        var candidates = new[]
        {
            () => Environment.GetEnvironmentVariable("TZ")?.TrimStart(':'),
            () => File.Exists("/etc/timezone") ? File.ReadAllText("/etc/timezone").Trim() : null,
            () => new FileInfo("/etc/localtime").LinkTarget is { } link && link.IndexOf("zoneinfo/", StringComparison.Ordinal) is >= 0 and var at
                ? link[(at + "zoneinfo/".Length)..]
                : null,
        };
        foreach (var candidate in candidates)
        {
            try
            {
                if (candidate() is { Length: > 0 } name && DateTimeZoneProviders.Tzdb.GetZoneOrNull(name) is { } zone)
                    return zone.Id is "Etc/UTC" or "Etc/UCT" ? "UTC" : zone.Id;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // The next source may be readable.
            }
        }
        return "UTC";
    }
}
