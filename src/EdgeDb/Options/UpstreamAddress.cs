using System.Globalization;
using EdgeDb.Core.Connections;

namespace EdgeDb.Options;

/// <summary>
/// The address of an upstream server as one option gives it: <c>scheme://user:password@host:port/name?key=value&amp;…</c>. Each key is taken once by whoever
/// understands it; what is left at the end is a mistake and told. A message repeats only the host and what known settings say: anything else may be a piece of a
/// secret that was not escaped.
/// </summary>
internal sealed class UpstreamAddress
{
    private readonly string _option;
    private readonly List<string> _problems;
    private readonly List<string> _known = [];
    private readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal);

    private UpstreamAddress(string option, Uri uri, List<string> problems)
    {
        (_option, _problems, Uri) = (option, problems, uri);
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

    /// <summary>Null, after adding to <paramref name="problems"/>, when it is no address of one of <paramref name="schemes"/>.</summary>
    public static UpstreamAddress? Parse(OptionDefinition option, string text, IReadOnlyList<string> schemes, List<string> problems)
    {
        if (text.IndexOfAny(['?', '#']) is >= 0 and var end && text.IndexOf('@', end) >= 0)
        {
            problems.Add($"--{option.Name}: there is an @ behind the first ? or #; in a password these are written %40, %3F and %23.");
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && schemes.Contains(uri.Scheme) && uri.Host.Length > 0)
            return new(option.Name, uri, problems);
        problems.Add($"--{option.Name}: not an address; it has the form {option.Range}.");
        return null;
    }

    /// <summary>Takes a setting; null when it is not given.</summary>
    public string? Take(string key)
    {
        _known.Add(key);
        return _settings.Remove(key, out var value) ? value : null;
    }

    /// <summary>Takes one of several words.</summary>
    public T Take<T>(string key, T fallback, params ReadOnlySpan<(string Word, T Value)> words)
    {
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
    public int Take(string key, int fallback)
    {
        if (Take(key) is not { } text)
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
        var digits = text.AsSpan().TrimEnd("abcdefghijklmnopqrstuvwxyz");
        TimeSpan? unit = text.AsSpan(digits.Length) switch
        {
            "ms" => TimeSpan.FromMilliseconds(1),
            "s" => TimeSpan.FromSeconds(1),
            "min" => TimeSpan.FromMinutes(1),
            "h" => TimeSpan.FromHours(1),
            _ => null,
        };
        if (unit is { } known && int.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            return known * value;
        Problem($"{key} is '{text}'; give a time such as 250ms, 5s, 30min or 1h.");
        return fallback;
    }

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
        QueueCapacity = Take("queue", fallback.QueueCapacity),
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

    public void Problem(string problem) => _problems.Add($"--{_option}: {problem}");
}
