using System.Diagnostics.Metrics;
using System.IO.Enumeration;

namespace EdgeDb.Core.Connections;

/// <summary>What the platform's own instruments (System.Runtime) do not tell of the process. Files of Linux are read when somebody asks.</summary>
internal static class ProcessMetrics
{
    private const int ThreadsField = 20;

    // Looking at attributes would ask the kernel about each file.
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0 };

    /// <summary>Creates the instruments.</summary>
    public static void Register(Meter meter, TimeProvider time)
    {
        var started = time.GetTimestamp();
        // From the time that has passed, not noted at the start: a board without a clock battery learns the date only after it.
        meter.CreateObservableGauge(
            "process.start_time", () => Math.Round((time.GetUtcNow() - time.GetElapsedTime(started) - DateTimeOffset.UnixEpoch).TotalSeconds), "s",
            "When the process was started, in seconds since 1970.");
        // Under the names of the platform's own, which tell them as counters although they fall.
        meter.CreateObservableUpDownCounter("dotnet.thread_pool.thread.count", static () => ThreadPool.ThreadCount, "{thread}", "Threads of the thread pool.");
        meter.CreateObservableUpDownCounter(
            "dotnet.thread_pool.queue.length", static () => ThreadPool.PendingWorkItemCount, "{work_item}", "Work that waits for a thread of the thread pool.");
        if (!OperatingSystem.IsLinux())
            return;
        meter.CreateObservableUpDownCounter("process.thread.count", Threads, "{thread}", "Threads of the process, those of the runtime included.");
        meter.CreateObservableUpDownCounter("process.unix.file_descriptor.count", OpenFiles, "{file_descriptor}", "Files, sockets and pipes the process holds open.");
    }

    private static long Threads()
    {
        Span<byte> stat = stackalloc byte[1024];
        using var file = File.OpenHandle("/proc/self/stat");
        stat = stat[..RandomAccess.Read(file, stat, 0)];
        // The second field is the program's name in parentheses, which may hold anything.
        var field = 3;
        foreach (var part in stat[(stat.LastIndexOf((byte)')') + 2)..].Split((byte)' '))
            if (field++ == ThreadsField)
                return long.Parse(stat[(stat.LastIndexOf((byte)')') + 2)..][part], System.Globalization.CultureInfo.InvariantCulture);
        return 0;
    }

    private static long OpenFiles()
    {
        // Entries are counted as they are read: no string a file.
        long count = -1; // Reading the folder holds it open.
        foreach (var _ in new FileSystemEnumerable<bool>("/proc/self/fd", static (ref FileSystemEntry _) => true, Everything))
            count++;
        return count;
    }
}
