namespace EdgeDb.Core.Work;

/// <summary>A job in the queue, which alone changes it, under its lock.</summary>
internal sealed class WorkEntry(WorkKind kind, WorkRequest request, long order)
{
    internal sealed record Steps(int Done, int Total);

    private Steps? _progress;

    public WorkKind Kind => kind;

    public WorkRequest Request { get; set; } = request;

    /// <summary>Who came first.</summary>
    public long Order => order;

    public WorkState State { get; set; }

    /// <summary>A timestamp of the queue's clock: when it may begin.</summary>
    public long DueAt { get; set; }

    public DateTimeOffset Since { get; set; }

    /// <summary>Runs in a row that failed.</summary>
    public int Failures { get; set; }

    /// <summary>Asked for while it runs: that run may have begun too early to do it.</summary>
    public bool IsAskedAgain { get; set; }

    /// <summary>How often its row had been asked for when this was last told; 0 without a row.</summary>
    public long Asked { get; set; }

    /// <summary>Of the run under way. Set by the run, read by anybody.</summary>
    public Steps? Progress
    {
        get => Volatile.Read(ref _progress);
        set => Volatile.Write(ref _progress, value);
    }
}
