namespace EdgeDb.Hosting;

/// <summary>
/// Gives memory back that a start, a handshake or a busy hour has left behind. Without it that stays for good: a collection begins when 2 MB were allocated, and a household that looks at
/// its calendar now and then allocates that in days.
/// </summary>
internal sealed class IdleMemory(TimeProvider time) : BackgroundService
{
    // Less than a request a second: nobody waits while the collector runs.
    private const long QuietBytes = 256 * 1024;
    private const long WorthwhileBytes = 1024 * 1024;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        long collectedAt = 0, before = 0;
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var allocated = GC.GetTotalAllocatedBytes();
            var isQuiet = allocated - before < QuietBytes;
            before = allocated;
            if (!isQuiet || allocated - collectedAt < WorthwhileBytes)
                continue;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            collectedAt = allocated;
        }
    }
}
