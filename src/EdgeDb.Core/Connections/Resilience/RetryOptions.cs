namespace EdgeDb.Core.Connections;

/// <summary>How idempotent work is tried again.</summary>
internal sealed record RetryOptions
{
    /// <summary>Runs after the first one. Default 2, range 0 (never) to 10.</summary>
    public int Retries { get; init; } = 2;

    /// <summary>Wait before the first retry, doubled for each further one; half of it is left to chance. Default 50 ms, range 0 to 60 s.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest of these waits. Default 2 s, range <see cref="FirstDelay"/> to 60 s.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Adds one sentence for each value outside its range.</summary>
    public void Validate(string name, ICollection<string> problems)
    {
        var ranges = new OptionRanges(name, problems);
        ranges.Check(nameof(Retries), Retries, 0, 10);
        ranges.Check(nameof(FirstDelay), FirstDelay, TimeSpan.Zero, TimeSpan.FromSeconds(60));
        ranges.Check(nameof(LongestDelay), LongestDelay, FirstDelay, TimeSpan.FromSeconds(60));
    }
}
