using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeDb.Core.Connections;

/// <summary>How the way to the server is protected.</summary>
public enum PostgresTls
{
    /// <summary>Encrypted, and the server must show a certificate of <see cref="PostgresOptions.CaFile"/> that is made out to <see cref="PostgresOptions.Host"/>.</summary>
    VerifyFull,

    /// <summary>Plain text. For a server on the same machine, or behind a tunnel.</summary>
    Off,
}

/// <summary>Who owns the server's session.</summary>
public enum PostgresPoolMode
{
    /// <summary>A connection is one session of the server: it is PostgreSQL itself, or a pooler in session mode.</summary>
    Session,

    /// <summary>
    /// A pooler (PgBouncer, Supavisor) gives each transaction whichever session is free. Nothing may outlive a transaction then: statements are
    /// not prepared, settings are local to their transaction, and session locks and LISTEN are refused.
    /// </summary>
    Transaction,
}

/// <summary>How one PostgreSQL server is reached. <see cref="Problems"/> lists everything that is wrong at once; nothing is corrected silently.</summary>
public sealed record PostgresOptions
{
    /// <summary>Name of the endpoint in errors, metrics and settings. Default "postgres".</summary>
    public string Name { get; init; } = "postgres";

    /// <summary>Host name or address. Required.</summary>
    public required string Host { get; init; }

    /// <summary>Default 5432, range 1 to 65,535.</summary>
    public int Port { get; init; } = 5432;

    /// <summary>Database. Required.</summary>
    public required string Database { get; init; }

    /// <summary>Role of the server to log in as. Required; it needs no rights beyond those on its own tables.</summary>
    public required string Username { get; init; }

    /// <summary>Its password. Never printed.</summary>
    public required Secret Password { get; init; }

    /// <summary>Default <see cref="PostgresTls.VerifyFull"/>.</summary>
    public PostgresTls Tls { get; init; } = PostgresTls.VerifyFull;

    /// <summary>PEM file of the authority that signed the server's certificate. Left out, the system's authorities count.</summary>
    public string? CaFile { get; init; }

    /// <summary>
    /// Base64 of the SHA-256 of public keys (SubjectPublicKeyInfo): besides being valid, the server's chain must hold one of them. Give two, the one in use and the next.
    /// Default: none.
    /// </summary>
    public IReadOnlyList<string> Pins { get; init; } = [];

    /// <summary>Refuses TLS 1.2. Default false.</summary>
    public bool RequireTls13 { get; init; }

    /// <summary>Default <see cref="PostgresPoolMode.Session"/>.</summary>
    public PostgresPoolMode PoolMode { get; init; }

    /// <summary>
    /// Statements that a connection keeps prepared. Default 64, range 1 to 256: each costs the server its plan, some 10 to 100 KB.
    /// Means nothing in <see cref="PostgresPoolMode.Transaction"/>.
    /// </summary>
    public int StatementCacheSize { get; init; } = 64;

    /// <summary>Longest time until a new connection is ready for use. Default 3 s, range 100 ms to 60 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long the server may take to confirm that it stopped a statement; later the connection is given up. Default 500 ms, range 10 ms to 10 s.</summary>
    public TimeSpan CancelTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest statement of the roles Read, Write and General, whatever the caller's deadline. Default 10 s, range 10 ms to 10 min.</summary>
    public TimeSpan StatementLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest statement of the role Analytics. Default 5 min, range 10 ms to 24 h.</summary>
    public TimeSpan AnalyticsLimit { get; init; } = TimeSpan.FromMinutes(5);

    internal TlsTrust Trust => new() { CaFile = CaFile, Pins = Pins, RequireTls13 = RequireTls13 };

    /// <summary>Every option that is out of its range, with its value, the range and what to do; empty when all is well.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        var ranges = new OptionRanges(Name, problems);
        Text(nameof(Name), Name);
        Text(nameof(Host), Host);
        if (!string.IsNullOrWhiteSpace(Host) && Uri.CheckHostName(Host) == UriHostNameType.Unknown)
            problems.Add($"{Name}: Host '{Host}' is neither a host name nor an address; give one server without scheme and port.");
        ranges.Check(nameof(Port), Port, 1, 65_535);
        Text(nameof(Database), Database);
        Text(nameof(Username), Username);
        if (Password.IsEmpty)
            problems.Add($"{Name}: Password is empty; give the role's password.");
        Known(nameof(Tls), Tls);
        Known(nameof(PoolMode), PoolMode);
        if (CaFile is not null && Tls == PostgresTls.Off)
            problems.Add($"{Name}: CaFile is set but Tls is Off, so nothing would be checked; set Tls to VerifyFull or leave CaFile out.");
        else if (CaFile is not null && WhyNoAuthority(CaFile) is { } reason)
            problems.Add($"{Name}: CaFile '{CaFile}' {reason}; give the PEM file of the authority that signed the server's certificate.");
        if (Tls == PostgresTls.Off && (Pins.Count > 0 || RequireTls13))
            problems.Add($"{Name}: Pins or RequireTls13 are given but Tls is Off, so nothing would be checked; set Tls to VerifyFull or leave them out.");
        foreach (var problem in Trust.PinProblems())
            problems.Add($"{Name}: {problem}");
        ranges.Check(nameof(StatementCacheSize), StatementCacheSize, 1, 256);
        ranges.Check(nameof(ConnectTimeout), ConnectTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(60));
        ranges.Check(nameof(CancelTimeout), CancelTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(10));
        ranges.Check(nameof(StatementLimit), StatementLimit, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(10));
        ranges.Check(nameof(AnalyticsLimit), AnalyticsLimit, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(24));
        return problems;

        void Text(string option, string value)
        {
            if (string.IsNullOrWhiteSpace(value) || value.Contains('\0'))
                problems.Add($"{Name}: {option} is blank or holds a NUL; it is required.");
        }

        void Known<T>(string option, T value)
            where T : struct, Enum
        {
            if (!Enum.IsDefined(value))
                problems.Add($"{Name}: {option} is {value}; it is one of {string.Join(", ", Enum.GetNames<T>())}.");
        }
    }

    /// <summary>Without the password.</summary>
    public override string ToString() => $"{Name} ({Username}@{Host}:{Port}/{Database}, {Tls}, {PoolMode})";

    private static string? WhyNoAuthority(string file)
    {
        if (!File.Exists(file))
            return "does not exist or cannot be read";
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(file);
            return authorities.Count == 0 ? "holds no certificate in PEM form" : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return $"cannot be read ({failure.Message.TrimEnd('.')})";
        }
    }
}
