using System.Diagnostics;
using System.Globalization;

namespace EdgeDb.Benchmarks.Storage;

/// <summary>
/// Counts fsync and fdatasync of a load in a process of its own under <c>strace -c</c>. With --seccomp-bpf only these two calls stop the
/// process; the timed rounds run without it all the same.
/// </summary>
internal static class SyncCounter
{
    private const string Strace = "/usr/bin/strace";

    /// <summary>Null when strace is not installed.</summary>
    public static async Task<double?> PerRowAsync(string load, string folder, TimeSpan time)
    {
        if (!File.Exists(Strace))
            return null;

        var where = Directory.CreateDirectory(Path.Combine(folder, $"strace-{load}")).FullName;
        var summary = Path.Combine(where, "summary");
        var start = new ProcessStartInfo(
            Strace,
            ["-f", "--seccomp-bpf", "-c", "-U", "calls,name", "-e", "trace=fsync,fdatasync", "-o", summary,
                .. Self(), "storage", "--load", load, "--for", time.TotalSeconds.ToString("0", CultureInfo.InvariantCulture), "--in", where])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var rows = double.Parse(await process.StandardOutput.ReadToEndAsync(), CultureInfo.InvariantCulture);
        await process.WaitForExitAsync();
        var syncs = File.ReadLines(summary)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words is [_, "fsync" or "fdatasync"])
            .Sum(words => double.Parse(words[0], CultureInfo.InvariantCulture));
        return syncs / rows;
    }

    /// <summary>The command that runs this program again: itself when published natively, else the runtime with its assembly.</summary>
    private static string[] Self() => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
        ? [Environment.ProcessPath!, Path.Combine(AppContext.BaseDirectory, "EdgeDb.Benchmarks.dll")]
        : [Environment.ProcessPath!];
}
