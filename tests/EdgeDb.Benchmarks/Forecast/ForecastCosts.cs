using System.Diagnostics;
using EdgeDb.Core.Connections;

namespace EdgeDb.Benchmarks.Forecast;

/// <summary>What the forecast costs at intervals of a minute: time and allocation an observation, size of the saved state, time to take it up again.</summary>
internal static class ForecastCosts
{
    private const int Observations = 2000;
    private const int Slices = 20;

    public static void Run()
    {
        var interval = TimeSpan.FromMinutes(1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var forecast = new LoadForecast(interval);
        var size = GC.GetAllocatedBytesForCurrentThread() - before;
        var random = new Random(1);
        var time = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var nanoseconds = new List<double>();
        long bytes = 0;
        // The first slices fill the history: every pass over it has its full length from then on.
        for (var slice = -3; slice < Slices; slice++)
        {
            before = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < Observations; i++)
            {
                time += interval;
                forecast.Observe(time, Math.Round((100 * (1.5 + Math.Sin(time.TimeOfDay.TotalHours / 24 * Math.Tau))) + (20 * random.NextDouble())));
            }

            if (slice < 0)
                continue;
            nanoseconds.Add(Stopwatch.GetElapsedTime(started).TotalNanoseconds / Observations);
            bytes += GC.GetAllocatedBytesForCurrentThread() - before;
        }

        var state = forecast.Save();
        var restoring = Stopwatch.GetTimestamp();
        LoadForecast.Restore(interval, state, out _);
        var restored = Stopwatch.GetElapsedTime(restoring);
        nanoseconds.Sort();
        Console.WriteLine("Intervals of a minute, three horizons, the history full:");
        Console.WriteLine($"  {nanoseconds[nanoseconds.Count / 2] / 1000:0.0} µs (least {nanoseconds[0] / 1000:0.0}) and {(double)bytes / (Slices * Observations):0} B allocated an observation, forecasts included (median of {Slices} slices)");
        Console.WriteLine($"  {size / 1024.0:0} KB of memory; a saved state of {state.Length / 1024.0:0.0} KB, taken up again in {restored.TotalMilliseconds:0} ms");
    }
}
