using System.Text;
using System.Text.Json;

namespace EdgeDb.Benchmarks.Forecast;

/// <summary>
/// <c>bench forecast FILE.csv</c>: one JSON line a horizon (5, 10, 15 minutes) about the load forecast on a file of <c>timestamp,value</c> lines.
/// <c>bench forecast --table [FOLDER...]</c>: every learner beside the ensemble over all files of the folders (default: the load
/// data sets), and whether the goals are met; exit code 1 when not.
/// <c>bench forecast --floor [FOLDER...]</c>: connections opened cold with the forecast and without, in a simulated pool.
/// <c>bench forecast --costs</c>: time and memory of the forecast.
/// <para>
/// Horizons are times: 1, 2 and 3 steps of a series at 5 minutes, 5, 10 and 15 of one at a minute. Where a horizon is no whole number of steps the next step after it is
/// meant, and in a series at 30 or 60 minutes all three are the next value: <c>steps</c> and <c>step_seconds</c> tell.
/// </para>
/// </summary>
internal static class ForecastBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            switch (args)
            {
                case ["--table", .. var folders]:
                    return ForecastTable.Print(folders.Length > 0 ? folders : DefaultFolders()) ? 0 : 1;
                case ["--floor", .. var folders]:
                    return FloorComparison.Print(folders.Length > 0 ? folders : DefaultFolders()) ? 0 : 1;
                case ["--costs"]:
                    ForecastCosts.Run();
                    return 0;
                case [var file] when !file.StartsWith('-'):
                    PrintJson(LoadSeries.Read(file));
                    return 0;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }

        await Console.Error.WriteLineAsync("usage: bench forecast FILE.csv | bench forecast --table [FOLDER...] | bench forecast --floor [FOLDER...] | bench forecast --costs");
        return 2;
    }

    /// <summary>The load data sets beside the checkout, or below the folder that EDGEDB_DATASETS names.</summary>
    private static string[] DefaultFolders()
    {
        var root = Environment.GetEnvironmentVariable("EDGEDB_DATASETS") ?? Path.Combine("..", "shared", "datasets");
        return [Path.Combine(root, "load-nab"), Path.Combine(root, "load-worldcup98")];
    }

    private static void PrintJson(LoadSeries series)
    {
        if (series.SkippedLines > 0)
            Console.Error.WriteLine($"{series.Name}: {series.SkippedLines} lines without time and number left out.");
        foreach (var score in ForecastEvaluation.Run(series))
        {
            using var stream = new MemoryStream();
            using (var json = new Utf8JsonWriter(stream))
            {
                json.WriteStartObject();
                json.WriteString("series", series.Name);
                json.WriteNumber("horizon_minutes", score.Horizon.TotalMinutes);
                json.WriteNumber("steps", score.Steps);
                json.WriteNumber("step_seconds", series.Period.TotalSeconds);
                json.WriteNumber("forecasts", score.Count);
                Write(json, "mae", score.Mae);
                Write(json, "mae_last_value", score.LastValueMae);
                Write(json, "ratio", score.Ratio);
                Write(json, "pi90_coverage", score.Coverage);
                Write(json, "pinball", score.Pinball);
                Write(json, "pi90_coverage_ends_inside", score.ClosedCoverage);
                Write(json, "pi90_mean_width", score.MeanWidth);
                Write(json, "trusted_share", score.TrustedShare);
                json.WriteEndObject();
            }

            Console.WriteLine(Encoding.UTF8.GetString(stream.ToArray()));
        }
    }

    private static void Write(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumber(name, Math.Round(value, 6));
        else
            json.WriteNull(name);
    }
}
