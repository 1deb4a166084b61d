using System.Diagnostics;

namespace EdgeDb.Benchmarks.Soak;

/// <summary>What a leak would add to.</summary>
/// <param name="HeapBytes">Managed memory after a full collection.</param>
/// <param name="Timers">Armed timers of the process.</param>
/// <param name="PendingWork">What the thread pool has yet to run.</param>
/// <param name="Threads">Threads of the operating system.</param>
/// <param name="Sockets">Open sockets.</param>
internal sealed record ProcessState(long HeapBytes, long Timers, long PendingWork, int Threads, int Sockets)
{
    /// <summary>Collects everything there is to collect, then looks.</summary>
    public static ProcessState Take()
    {
        // Sockets first: a collection would close those that were forgotten.
        var sockets = CountSockets();
        for (var i = 0; i < 2; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        using var process = Process.GetCurrentProcess();
        return new(GC.GetTotalMemory(forceFullCollection: true), Timer.ActiveCount, ThreadPool.PendingWorkItemCount, process.Threads.Count, sockets);
    }

    /// <summary>Looks again and again until nothing is above the baseline but memory and threads; the last look when that takes too long.</summary>
    public static async Task<ProcessState> SettleAsync(ProcessState baseline, TimeSpan limit)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            // Also leaves the stack of what has just ended, which may still refer to it.
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, CancellationToken.None);
            var settled = Timer.ActiveCount <= baseline.Timers && ThreadPool.PendingWorkItemCount <= baseline.PendingWork && CountSockets() <= baseline.Sockets;
            if (settled || Stopwatch.GetElapsedTime(started) > limit)
                return Take();
        }
    }

    public override string ToString() => $"heap {HeapBytes / 1024.0:0} KiB, {Timers} timers, {PendingWork} pending, {Threads} threads, {Sockets} sockets";

    private static int CountSockets()
    {
        var sockets = 0;
        foreach (var file in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
            if (new FileInfo(file).LinkTarget is { } target && target.StartsWith("socket:", StringComparison.Ordinal))
                sockets++;
        return sockets;
    }
}
