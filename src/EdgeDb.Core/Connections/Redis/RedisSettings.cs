using System.Globalization;

namespace EdgeDb.Core.Connections;

/// <summary>
/// How a Redis server is reached. <see cref="Validate"/> lists everything that is wrong with it; nothing is corrected silently. The password
/// appears in no message and not in <see cref="ToString"/>.
/// </summary>
internal sealed record RedisSettings
{
    private const int DefaultPort = 6379;
    private const string Scheme = "redis";
    private const string SecureScheme = "rediss";

    /// <summary><c>redis://HOST[:PORT][/DATABASE]</c>, or <c>rediss://</c> for TLS. Port 6379 and database 0 by default. Required.</summary>
    public required string Address { get; init; }

    /// <summary>User of the server's access control list. Default: the server's user "default".</summary>
    public string? User { get; init; }

    /// <summary>Password of <see cref="User"/>. Default: none is sent.</summary>
    public Secret? Password { get; init; }

    /// <summary>PEM file with the authorities that may have signed the server's certificate. Default: those of the system.</summary>
    public string? CaFile { get; init; }

    /// <summary>As <see cref="TlsTrust.Pins"/>. Default: none.</summary>
    public IReadOnlyList<string> Pins { get; init; } = [];

    /// <summary>Refuses TLS 1.2. Default false.</summary>
    public bool RequireTls13 { get; init; }

    /// <summary>Time to connect, negotiate TLS and sign in. Default 2 s, range 10 ms to 60 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time to the answer of a command; a late answer costs its caller only. Default 1 s, range 1 ms to 60 s.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Commands wait and the server sends nothing for this long: the connection is given up as dead. Default 5 s, range 10 ms to 10 min, not
    /// below <see cref="CommandTimeout"/>. TCP alone would take about 15 minutes.
    /// </summary>
    public TimeSpan SilenceLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Time without traffic after which a PING is sent, so that a dead connection is found before it is needed. Default 10 s, range 10 ms to
    /// 10 min. With <see cref="SilenceLimit"/> this bounds for how long lost invalidations go unnoticed.
    /// </summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Commands of a connection that may wait for their answers; the next one fails at once. Default 1,024, range 1 to 65,536.</summary>
    public int MaxInFlight { get; init; } = 1024;

    /// <summary>Bytes of commands that may wait to be sent, also the largest command. Default 4,194,304, range 1,024 to 536,870,912.</summary>
    public int MaxUnsentBytes { get; init; } = 4 << 20;

    /// <summary>
    /// Largest answer in bytes; a larger one is skipped and fails its caller only. Default 8,388,608, range 1,024 to 536,870,912. The answers
    /// behind a large one wait while it comes, so values of megabytes do not belong on a shared connection.
    /// </summary>
    public int MaxReplyBytes { get; init; } = 8 << 20;

    /// <summary>Which changes of keys the server tells. Default: none.</summary>
    public RedisTracking? Tracking { get; init; }

    internal TlsTrust Trust => new() { CaFile = CaFile, Pins = Pins, RequireTls13 = RequireTls13 };

    internal string Host => Uri.TryCreate(Address, UriKind.Absolute, out var uri) ? uri.IdnHost : "";

    internal int Port => Uri.TryCreate(Address, UriKind.Absolute, out var uri) && uri.Port > 0 ? uri.Port : DefaultPort;

    internal bool UsesTls => Uri.TryCreate(Address, UriKind.Absolute, out var uri) && uri.Scheme == SecureScheme;

    internal int Database => Uri.TryCreate(Address, UriKind.Absolute, out var uri) && TryReadDatabase(uri, out var database) ? database : 0;

    /// <summary>Adds one sentence for each thing that is wrong, naming the setting, its value and what it may be.</summary>
    /// <param name="name">Whose settings these are, for the sentences.</param>
    /// <param name="problems">Receives the sentences.</param>
    public void Validate(string name, ICollection<string> problems)
    {
        ArgumentNullException.ThrowIfNull(problems);
        var ranges = new OptionRanges(name, problems);
        CheckAddress();
        if (User is not null && Password is null)
            Add("User is set without a Password.");
        if (User is "")
            Add("User is empty; leave it out for the user \"default\".");
        if (Password is { IsEmpty: true })
            Add("Password is empty; leave it out when the server asks for none.");
        CheckTrust();
        ranges.Check(nameof(ConnectTimeout), ConnectTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(60));
        ranges.Check(nameof(CommandTimeout), CommandTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(60));
        ranges.Check(nameof(SilenceLimit), SilenceLimit, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(10));
        ranges.Check(nameof(KeepAlive), KeepAlive, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(10));
        ranges.Check(nameof(MaxInFlight), MaxInFlight, 1, 65_536);
        ranges.Check(nameof(MaxUnsentBytes), MaxUnsentBytes, 1024, RespGrammar.MaxStringBytes);
        ranges.Check(nameof(MaxReplyBytes), MaxReplyBytes, 1024, RespGrammar.MaxStringBytes);
        if (SilenceLimit < CommandTimeout)
            Add($"SilenceLimit is {OptionRanges.Text(SilenceLimit)} and CommandTimeout {OptionRanges.Text(CommandTimeout)}; a slow command would end the connection for all others.");

        void Add(string problem) => problems.Add($"{name}: {problem}");

        void CheckAddress()
        {
            const string Form = "it has the form redis://HOST:PORT/DATABASE, or rediss:// for TLS";
            // It may hold a password, so it is not repeated.
            if (!Uri.TryCreate(Address, UriKind.Absolute, out var uri) || uri.Scheme is not (Scheme or SecureScheme) || uri.Host.Length == 0)
            {
                Add($"Address is no address of a Redis server; {Form}.");
                return;
            }

            if (uri.UserInfo.Length > 0)
                Add("Address holds a user or a password; put them into User and Password, so that the address can be shown and logged.");
            if (uri.Query.Length > 0 || uri.Fragment.Length > 0 || !TryReadDatabase(uri, out _))
                Add($"Address has something else than a database number behind the host; {Form}.");
            if (uri.Port == 0)
                Add("Address has port 0; the range is 1 to 65535.");
        }

        void CheckTrust()
        {
            if (Trust.IsParticular && !UsesTls)
                Add($"{(CaFile is null ? "Pins or RequireTls13 are given" : $"CaFile is '{CaFile}'")}, but Address is not rediss://, so nothing would be verified.");
            foreach (var problem in Trust.Problems())
                Add(problem);
        }
    }

    /// <summary>The address, for messages.</summary>
    public override string ToString()
    {
        var host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        return $"{(UsesTls ? SecureScheme : Scheme)}://{(User is null ? "" : User + "@")}{host}:{Port}/{Database}";
    }

    private static bool TryReadDatabase(Uri uri, out int database)
    {
        database = 0;
        return uri.AbsolutePath is "" or "/" || int.TryParse(uri.AbsolutePath.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out database);
    }
}
