namespace EdgeDb.Core.Connections;

/// <summary>Bounds of everything the process asks over HTTP.</summary>
internal sealed record HttpLimits
{
    /// <summary>
    /// Requests under way at once, and sockets open at once, idle ones included. Default 100, range 1 to 1,000.
    /// </summary>
    public int MaxConnections { get; init; } = 100;

    /// <summary>Of these to one host: name and port. Default 30, range 1 to <see cref="MaxConnections"/>.</summary>
    public int MaxConnectionsPerHost { get; init; } = 30;

    /// <summary>Callers that may wait at once for a request of theirs to begin; the next one fails at once. Default 256, range 0 to 65,536.</summary>
    public int QueueCapacity { get; init; } = 256;

    /// <summary>How long a caller waits for that, when its own time is not over before. Default 5 s, range 1 ms to 5 min.</summary>
    public TimeSpan AcquireTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time to resolve the name, connect and negotiate TLS. Default 10 s, range 10 ms to 5 min.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Age after which a connection is not used again, so that a host that has moved is found. Default 5 min, range 1 s to 24 h.</summary>
    public TimeSpan ConnectionLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Idle time after which a connection is closed. Default 30 s, range 1 s to 1 h.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>One sentence for each value that is wrong, naming the setting, its value and the range. Empty when they can be used.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        var ranges = new OptionRanges(null, problems);
        ranges.Check(nameof(MaxConnections), MaxConnections, 1, 1000);
        ranges.Check(nameof(MaxConnectionsPerHost), MaxConnectionsPerHost, 1, 1000);
        if (MaxConnectionsPerHost > MaxConnections)
            problems.Add($"MaxConnectionsPerHost is {MaxConnectionsPerHost} and MaxConnections {MaxConnections}; lower the first or raise the second.");
        ranges.Check(nameof(QueueCapacity), QueueCapacity, 0, 65_536);
        ranges.Check(nameof(AcquireTimeout), AcquireTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(5));
        ranges.Check(nameof(ConnectTimeout), ConnectTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(5));
        ranges.Check(nameof(ConnectionLifetime), ConnectionLifetime, TimeSpan.FromSeconds(1), TimeSpan.FromHours(24));
        ranges.Check(nameof(IdleTimeout), IdleTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        return problems;
    }
}
