namespace EdgeDb.Core.Connections;

/// <summary>How the tuner works.</summary>
internal sealed record TunerOptions
{
    /// <summary>Who decides. Default <see cref="TunerMode.Approve"/>: nothing changes before a person has seen what would.</summary>
    public TunerMode Mode { get; init; } = TunerMode.Approve;

    /// <summary>Length of a window that is measured. Default 10 s, range 1 s to 10 min.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between setting a value and measuring it, so that the effects of the old one are over. Default 5 s, range 0 to 10 min.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Requests a window needs to count. Default 100, range 20 to 1,000,000: below that the mean says nothing.</summary>
    public int WindowRequests { get; init; } = 100;

    /// <summary>A trial that has not come to a decision after this time is ended. Default 1 h, range 10 min to 24 h.</summary>
    public TimeSpan LongestTrial { get; init; } = TimeSpan.FromHours(1);

    /// <summary>A proposal that nobody has answered after this time counts as rejected. Default 7 d, range 1 min to 90 d.</summary>
    public TimeSpan ProposalLifetime { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Adds one sentence for each value outside its range.</summary>
    public void Validate(ICollection<string> problems)
    {
        if (!Enum.IsDefined(Mode))
            problems.Add("Tuner: Mode is not one of auto, approve and off.");
        var ranges = new OptionRanges("Tuner", problems);
        ranges.Check(nameof(Window), Window, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        ranges.Check(nameof(Settle), Settle, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        ranges.Check(nameof(LongestTrial), LongestTrial, TimeSpan.FromMinutes(10), TimeSpan.FromDays(1));
        ranges.Check(nameof(ProposalLifetime), ProposalLifetime, TimeSpan.FromMinutes(1), TimeSpan.FromDays(90));
        ranges.Check(nameof(WindowRequests), WindowRequests, 20, 1_000_000);
    }
}
