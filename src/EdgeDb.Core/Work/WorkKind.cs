namespace EdgeDb.Core.Work;

/// <summary>What jobs of one kind have in common.</summary>
/// <param name="Name">Lower case; in rows, metrics and <c>/api/work</c>.</param>
/// <param name="Priority">Who goes first.</param>
/// <param name="RunAsync">
/// Does the work of one job. Null ends the job; a time has it run again that much later. What it throws is logged, and the job is tried again.
/// </param>
internal sealed record WorkKind(string Name, WorkPriority Priority, Func<WorkContext, CancellationToken, ValueTask<TimeSpan?>> RunAsync)
{
    /// <summary>
    /// Its jobs outlive the process: nothing else in the file tells that they are to be done. One that is killed runs again from its beginning, so it
    /// must bear that.
    /// </summary>
    public bool IsKept { get; init; }

    /// <summary>It waits for servers most of its time, so it takes no place among those that use the processor and the card.</summary>
    public bool WaitsForServers { get; init; }

    /// <summary>It begins in an emergency as well: a person asked for it, or it looks at the emergency by itself.</summary>
    public bool GoesOnInNeed { get; init; }
}
