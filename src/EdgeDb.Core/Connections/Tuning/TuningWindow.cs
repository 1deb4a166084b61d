namespace EdgeDb.Core.Connections;

/// <summary>What happened between two readings.</summary>
internal readonly record struct TuningWindow(long Answered, long Failed, double ResponseSeconds, double MemoryBytes)
{
    /// <summary>A request without an answer is as bad as one that took this much longer.</summary>
    private const double FailureSeconds = 1;

    /// <summary>A MiB held must make answers this much faster, as a share. On a board of 512 MB a hundred MiB would have to more than halve them.</summary>
    private const double SharePerMiB = 0.01;

    public static TuningWindow Between(in TuningReading from, in TuningReading to) =>
        new(to.Answered - from.Answered, to.Failed - from.Failed, to.ResponseSeconds - from.ResponseSeconds, (from.MemoryBytes + to.MemoryBytes) / 2);

    public long Asked => Answered + Failed;

    public double FailedShare => Asked == 0 ? 0 : (double)Failed / Asked;

    /// <summary>Mean time to an answer, failures charged.</summary>
    public double SecondsEach => Asked == 0 ? 0 : (ResponseSeconds + (Failed * FailureSeconds)) / Asked;

    /// <summary>
    /// What to make small: benefit and cost in one number. A difference of 0.1 is 10 % in time, or 10 MiB. The logarithm, because a change is worth
    /// the same share on a fast endpoint and on a slow one.
    /// </summary>
    public double Price => Math.Log(Math.Max(1e-7, SecondsEach)) + (SharePerMiB * MemoryBytes / (1 << 20));
}
