namespace EdgeDb.Core.Work;

/// <summary>What a run is given.</summary>
internal sealed class WorkContext(BackgroundQueue queue, WorkEntry entry)
{
    public string Key => entry.Request.Key;

    public string Payload => entry.Request.Payload;

    /// <summary>Shows how far the run is.</summary>
    public void Report(int done, int total) => entry.Progress = new(done, total);

    /// <summary>To be called between the steps of long work: lets requests go first, for a second at most, so that the work goes on under any load.</summary>
    public ValueTask YieldAsync(CancellationToken ct) => queue.YieldAsync(ct);
}
