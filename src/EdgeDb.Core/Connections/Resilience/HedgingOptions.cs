namespace EdgeDb.Core.Connections;

/// <summary>When a read that takes long gets a second run beside the first.</summary>
internal sealed record HedgingOptions
{
    /// <summary>Default false: it needs a second route, or connections that are slow one by one.</summary>
    public bool IsEnabled { get; init; }

    /// <summary>The second run never begins earlier than this, however fast 95 % of the class are. Default 5 ms, range 1 ms to 60 s.</summary>
    public TimeSpan LeastDelay { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Operations of the class below which nothing is hedged. Default 200, range 20 to 1,000,000.</summary>
    public int MinimumSamples { get; init; } = 200;

    /// <summary>Adds one sentence for each value outside its range.</summary>
    public void Validate(string name, ICollection<string> problems)
    {
        var ranges = new OptionRanges(name, problems);
        ranges.Check(nameof(LeastDelay), LeastDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(60));
        ranges.Check(nameof(MinimumSamples), MinimumSamples, 20, 1_000_000);
    }
}
