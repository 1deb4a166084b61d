using System.Globalization;
using EdgeDb.Core.Connections;
using EdgeDb.Core.Settings;

namespace EdgeDb.Options;

/// <summary>
/// The address of an upstream server as one option gives it: <c>scheme://user:password@host:port/name?key=value&amp;…</c>. Each key is taken once by whoever
/// understands it; what is left at the end is a mistake and told. A message repeats only the host and what known settings say: anything else may be a piece of a
/// secret that was not escaped.
/// </summary>
internal sealed class UpstreamAddress
{
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly SettingReading _reading;
    private readonly List<string> _known = [];
    private readonly PropertySpelling _spelling = new();
    private readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal);

    private UpstreamAddress(Uri uri, SettingReading reading)
    {
        (_reading, Uri) = (reading, uri);
        var userInfo = uri.UserInfo.Split(':', 2);
        User = userInfo[0].Length > 0 ? Uri.UnescapeDataString(userInfo[0]) : null;
        Password = userInfo.Length > 1 ? Uri.UnescapeDataString(userInfo[1]) : null;
        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            if (parts.Length < 2 || !_settings.TryAdd(parts[0], Uri.UnescapeDataString(parts[1])))
                Problem("a setting behind the '?' has no value or is given twice; characters such as & are written %26 in values.");
        }
    }

    public Uri Uri { get; }

    public string? User { get; }

    public string? Password { get; }

    /// <summary>Null, after telling <paramref name="reading"/>, when it is no address of one of <paramref name="schemes"/>.</summary>
    public static UpstreamAddress? Parse(string text, string form, IReadOnlyList<string> schemes, SettingReading reading)
    {
        if (text.IndexOfAny(['?', '#']) is >= 0 and var end && text.IndexOf('@', end) >= 0)
        {
            reading.Problem("there is an @ behind the first ? or #; in a password these are written %40, %3F and %23.");
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && schemes.Contains(uri.Scheme) && uri.Host.Length > 0)
            return new(uri, reading);
        reading.Problem($"not an address; it has the form {form}.");
        return null;
    }

    /// <summary>Takes a setting; null when it is not given.</summary>
    /// <param name="key">What it is called in the address.</param>
    /// <param name="property">What it is called where it is checked; null for the key in its spelling.</param>
    public string? Take(string key, string? property = null)
    {
        _known.Add(key);
        _spelling.Add(key, property);
        return _settings.Remove(key, out var value) ? value : null;
    }

    /// <summary>
    /// Takes the first line of a file that a setting names: a password that neither the environment nor the file of settings should hold. A name without a folder is a
    /// credential that systemd has passed, where it passes any. Null when it is not given, cannot be read, or anybody can read it.
    /// </summary>
    public Secret? TakeFile(string key)
    {
        if (Take(key) is not { } path)
            return null;
        if (!path.Contains('/', StringComparison.Ordinal) && Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY") is { Length: > 0 } credentials)
            path = Path.Combine(credentials, path);
        try
        {
            var secret = Secret.OfFile(path);
            if (secret.IsEmpty)
                Problem($"{key} is '{path}', which is empty.");
            else if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
                Problem($"{key} is '{path}', which every user of this machine can read; chmod 600 makes it private.");
            else
                return secret;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            Problem($"{key} is '{path}', which cannot be read: {failure.Message}");
        }

        return null;
    }

    /// <summary>Takes one of several words.</summary>
    public T Take<T>(string key, T fallback, params ReadOnlySpan<(string Word, T Value)> words)
    {
        foreach (var (word, _) in words)
            _spelling.Add(word, null);
        if (Take(key) is not { } text)
            return fallback;
        foreach (var (word, value) in words)
            if (word == text)
                return value;
        var known = new List<string>();
        foreach (var (word, _) in words)
            known.Add(word);
        Problem($"{key} is '{text}'; it is one of {string.Join(", ", known)}.");
        return fallback;
    }

    /// <summary>Takes a whole number. Its range is checked where it is used.</summary>
    public int Take(string key, int fallback, string? property = null)
    {
        if (Take(key, property) is not { } text)
            return fallback;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            return value;
        Problem($"{key} is '{text}', which is not a whole number.");
        return fallback;
    }

    /// <summary>Takes a time such as 250ms, 5s or 30min. Its range is checked where it is used.</summary>
    public TimeSpan Take(string key, TimeSpan fallback)
    {
        if (Take(key) is not { } text)
            return fallback;
        if (Quantity.Time.TryRead(text, out var ticks))
            return TimeSpan.FromTicks(ticks);
        Problem($"{key} is '{text}'; give a time such as 250ms, 5s, 30min or 1h.");
        return fallback;
    }

    /// <summary>Takes whose certificates are believed.</summary>
    public TlsTrust TakeTrust() => new()
    {
        CaFile = Take("ca", nameof(TlsTrust.CaFile)),
        Pins = Take("pin", nameof(TlsTrust.Pins))?.Split(',') ?? [],
        RequireTls13 = Take("tls-minimum", false, ("1.3", true), ("1.2", false)),
    };

    /// <summary>Takes the settings that every pool has.</summary>
    public ConnectionPoolOptions TakePool(ConnectionPoolOptions fallback) => fallback with
    {
        MinIdle = Take("min-idle", fallback.MinIdle),
        MaxSize = Take("max-size", fallback.MaxSize),
        AcquireTimeout = Take("acquire-timeout", fallback.AcquireTimeout),
        OverloadAcquireTimeout = Take("overload-acquire-timeout", fallback.OverloadAcquireTimeout),
        OpenTimeout = Take("open-timeout", fallback.OpenTimeout),
        IdleTimeout = Take("idle-timeout", fallback.IdleTimeout),
        MaxLifetime = Take("max-lifetime", fallback.MaxLifetime),
        QueueCapacity = Take("queue", fallback.QueueCapacity, nameof(ConnectionPoolOptions.QueueCapacity)),
    };

    /// <summary>Takes the rule that bounds the work at once.</summary>
    public ConcurrencyLimitKind TakeLimit() => Take(
        "limit",
        ConcurrencyLimitKind.Cinnamon,
        ("cinnamon", ConcurrencyLimitKind.Cinnamon),
        ("gradient2", ConcurrencyLimitKind.Gradient2),
        ("aimd", ConcurrencyLimitKind.Aimd),
        ("fixed", ConcurrencyLimitKind.Fixed));

    /// <summary>Reports settings that nobody has taken.</summary>
    public void RefuseTheRest()
    {
        if (_settings.Count > 0)
            Problem($"{_settings.Count} of the settings are not known; those there are: {string.Join(", ", _known)}.");
    }

    public void Problem(string problem) => _reading.Problem(problem);

    /// <summary>Reports sentences of whoever checks what was read, which speak of properties and begin with the owner's name.</summary>
    public void Problems(string owner, IEnumerable<string> sentences)
    {
        foreach (var sentence in sentences)
            Problem(_spelling.Respell(sentence.StartsWith(owner + ": ", StringComparison.Ordinal) ? sentence[(owner.Length + 2)..] : sentence));
    }
}
