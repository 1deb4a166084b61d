using System.Diagnostics;
using System.Globalization;

namespace EdgeDb.Benchmarks.Calendar;

/// <summary>Runs a program from start to exit: time, peak memory and what it printed.</summary>
internal static class WholeProcess
{
    /// <summary>Wall-clock time and peak resident memory of one run.</summary>
    public readonly record struct Cost(double Milliseconds, double Megabytes);

    /// <summary>Runs with the output going to a file, or to nowhere when it is null.</summary>
    public static Cost Run(string? output, string program, params string[] arguments)
    {
        var usage = Path.GetTempFileName();
        try
        {
            // GNU time reports the peak of its child alone; the shell is there for the redirection.
            var start = new ProcessStartInfo("/bin/sh");
            foreach (var argument in (string[])["-c", "usage=$1; out=$2; shift 2; exec /usr/bin/time -f %M -o \"$usage\" \"$@\" > \"$out\"", "sh", usage, output ?? "/dev/null", program, .. arguments])
                start.ArgumentList.Add(argument);
            var clock = Stopwatch.StartNew();
            using var process = Process.Start(start)!;
            process.WaitForExit();
            var elapsed = clock.Elapsed;
            if (process.ExitCode != 0)
                throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
            return new Cost(elapsed.TotalMilliseconds, int.Parse(File.ReadAllText(usage), CultureInfo.InvariantCulture) / 1024.0);
        }
        finally
        {
            File.Delete(usage);
        }
    }

    /// <summary>The run of median time, and the largest memory of all.</summary>
    public static Cost Median(List<Cost> runs) => new(
        runs.Select(run => run.Milliseconds).Order().ElementAt(runs.Count / 2), runs.Max(run => run.Megabytes));
}
