namespace EdgeDb.Core.Connections;

/// <summary>How an endpoint is checked while its circuit is open.</summary>
internal sealed record ReachabilityOptions
{
    /// <summary>Time between two checks; up to a quarter of it is left to chance. Default 2 s, range 100 ms to 10 min.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a check may take. Default 2 s, range 10 ms to 60 s.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Adds one sentence for each value outside its range.</summary>
    public void Validate(string name, ICollection<string> problems)
    {
        var ranges = new OptionRanges(name, problems);
        ranges.Check(nameof(Interval), Interval, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
        ranges.Check(nameof(Limit), Limit, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(60));
    }
}
