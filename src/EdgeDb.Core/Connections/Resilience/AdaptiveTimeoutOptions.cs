namespace EdgeDb.Core.Connections;

/// <summary>How long one run of an operation may take.</summary>
internal sealed record AdaptiveTimeoutOptions
{
    /// <summary>The limit in units of the 99th percentile of the operation's class. Default 3, range 1 to 100.</summary>
    public double Multiple { get; init; } = 3;

    /// <summary>The limit is never below this. Default 1 s, as radio links of a home stall for hundreds of milliseconds; range 1 ms to 10 min.</summary>
    public TimeSpan Least { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The limit is never above this, and is this until there are <see cref="MinimumSamples"/>. Default 30 s, range <see cref="Least"/> to 1 h.</summary>
    public TimeSpan Most { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Operations of the class below which its percentile says nothing. Default 100, range 10 to 1,000,000.</summary>
    public int MinimumSamples { get; init; } = 100;

    /// <summary>Adds one sentence for each value outside its range.</summary>
    public void Validate(string name, ICollection<string> problems)
    {
        var ranges = new OptionRanges(name, problems);
        ranges.Check(nameof(Multiple), Multiple, 1, 100);
        ranges.Check(nameof(Least), Least, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(10));
        ranges.Check(nameof(Most), Most, Least, TimeSpan.FromHours(1));
        ranges.Check(nameof(MinimumSamples), MinimumSamples, 10, 1_000_000);
    }
}
