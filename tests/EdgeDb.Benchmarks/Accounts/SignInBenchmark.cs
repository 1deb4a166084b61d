using System.Diagnostics;
using System.Globalization;
using EdgeDb.Core.Accounts;

namespace EdgeDb.Benchmarks.Accounts;

/// <summary>What verifying a password costs: time of the processor, and how long it takes on a core of which this process has a tenth.</summary>
internal static class SignInBenchmark
{
    private const int Rounds = 25;
    private const string Group = "/sys/fs/cgroup/cpu/edgedb-bench-sign-in";

    public static async Task<int> RunAsync(string[] arguments)
    {
        await CookieBenchmark.RunAsync();
        var hash = PasswordHash.Create("correct horse battery staple", Argon2Cost.Standard);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Verifying a password, Argon2id with {Argon2Cost.Standard.MemoryKiB} KiB and {Argon2Cost.Standard.Passes} passes, medians of {Rounds}:"));
        for (var i = 0; i < Rounds; i++)
            hash.Verify("wrong");
        Report("this core, of its time", Measure(hash, static () => Process.GetCurrentProcess().TotalProcessorTime));
        if (!TryThrottle())
        {
            Console.WriteLine("  a tenth of a core                  not measured: needs root and the cpu controller of cgroup v1 (" + Group + ")");
            return 0;
        }

        try
        {
            Report("a tenth of a core, by the clock", Measure(hash, static () => Stopwatch.GetElapsedTime(0)));
        }
        finally
        {
            File.WriteAllText("/sys/fs/cgroup/cpu/cgroup.procs", Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            Directory.Delete(Group);
        }

        return 0;
    }

    private static double[] Measure(PasswordHash hash, Func<TimeSpan> clock)
    {
        var results = new double[Rounds];
        for (var i = 0; i < Rounds; i++)
        {
            var started = clock();
            if (hash.Verify("wrong"))
                throw new InvalidOperationException("A wrong password was taken.");
            results[i] = (clock() - started).TotalMilliseconds;
        }

        Array.Sort(results);
        return results;
    }

    /// <summary>Moves this process into a group that gets 10 ms of every 100 ms.</summary>
    private static bool TryThrottle()
    {
        try
        {
            Directory.CreateDirectory(Group);
            File.WriteAllText(Group + "/cpu.cfs_period_us", "100000");
            File.WriteAllText(Group + "/cpu.cfs_quota_us", "10000");
            File.WriteAllText(Group + "/cgroup.procs", Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void Report(string name, double[] sorted) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"  {name,-34}{sorted[Rounds / 2],8:0.0} ms   (least {sorted[0]:0.0}, most {sorted[^1]:0.0})"));
}
