using System.Globalization;

namespace EdgeDb.Benchmarks.Forecast;

/// <summary>The forecast over folders of series: every learner beside the ensemble, the intervals, and whether the goals are met.</summary>
internal static class ForecastTable
{
    private const double GoalRatio = 0.79;
    private const double LeastCoverage = 0.88;
    private const double LargestCoverage = 0.92;
    private const int NameWidth = 32;

    /// <summary>Prints the tables; false when a goal is missed.</summary>
    public static bool Print(string[] folders)
    {
        var files = folders.SelectMany(folder => Directory.GetFiles(folder, "*.csv", SearchOption.AllDirectories)).Order(StringComparer.Ordinal).ToArray();
        if (files.Length == 0)
            throw new InvalidDataException($"No *.csv below {string.Join(", ", folders)}.");
        var results = new Result[files.Length];
        Parallel.For(0, files.Length, i =>
        {
            var series = LoadSeries.Read(files[i]);
            results[i] = new Result(series, ForecastEvaluation.Run(series));
        });

        var moving = results.Where(static result => result.Scores.All(static score => score.LastValueMae > 0)).ToArray();
        var good = true;
        for (var h = 0; h < results[0].Scores.Length; h++)
            good &= PrintHorizon(moving, h);
        foreach (var result in results.Except(moving))
        {
            var score = result.Scores[^1];
            Console.WriteLine(Invariant(
                $"apart, the last value is never wrong: {result.Series.Name}, mae {score.Mae:0.###}, coverage {score.Coverage:0.000} ({score.ClosedCoverage:0.000} with the ends inside)"));
        }

        return good;
    }

    private static bool PrintHorizon(Result[] results, int h)
    {
        Console.WriteLine(Invariant(
            $"{results[0].Scores[h].Horizon.TotalMinutes} minutes ahead: mean absolute error as a part of the last value's; pinball likewise; coverage of the 90 % interval"));
        var learners = results[0].Scores[h].Learners;
        Console.WriteLine($"{"",-NameWidth}{"steps",6}{"ENSEMBLE",9}{"trusted",8}{"cover",7}{"ends in",8}{"pinball",8} |{string.Concat(learners.Skip(1).Select(static name => $" {name,7}"))}");
        foreach (var (series, scores) in results)
        {
            var score = scores[h];
            Console.WriteLine(Invariant(
                $"{series.Name,-NameWidth}{score.Steps,6}{score.Ratio,9:0.000}{score.TrustedShare,8:0.00}{score.Coverage,7:0.000}{score.ClosedCoverage,8:0.000}{score.Pinball / score.LastValueMae,8:0.000} |") +
                string.Concat(Enumerable.Range(1, learners.Count - 1).Select(i => Column(learners[i], score.LearnerRatio(i)))));
        }

        var mean = results.Average(result => result.Scores[h].Ratio);
        var worst = results.Max(result => result.Scores[h].Ratio);
        var coverage = (Least: results.Min(result => result.Scores[h].Coverage), Largest: results.Max(result => result.Scores[h].Coverage));
        Console.WriteLine(Invariant($"{"mean",-NameWidth}{"",6}{mean,9:0.000}{"",8}{"",7}{"",8}{results.Average(r => r.Scores[h].Pinball / r.Scores[h].LastValueMae),8:0.000} |") +
            string.Concat(Enumerable.Range(1, learners.Count - 1).Select(i => Column(learners[i], results.Average(result => result.Scores[h].LearnerRatio(i))))));
        Console.WriteLine(Invariant($"{"worst",-NameWidth}{"",6}{worst,9:0.000}{"",31} |") +
            string.Concat(Enumerable.Range(1, learners.Count - 1).Select(i => Column(learners[i], results.Max(result => result.Scores[h].LearnerRatio(i))))));
        // Two halves: parameters that were fitted to single series would show as a difference that grows with every change.
        Console.WriteLine(Invariant(
            $"  mean of every other series, from the first {results.Where(static (_, i) => i % 2 == 0).Average(r => r.Scores[h].Ratio):0.000}, from the second {results.Where(static (_, i) => i % 2 == 1).Average(r => r.Scores[h].Ratio):0.000}; coverage {coverage.Least:0.000} to {coverage.Largest:0.000}"));
        var good = mean <= GoalRatio && worst <= 1 && coverage.Least >= LeastCoverage && coverage.Largest <= LargestCoverage;
        Console.WriteLine(Invariant($"  goals: mean ratio <= {GoalRatio}, none above 1, coverage {LeastCoverage} to {LargestCoverage}: {(good ? "met" : "MISSED")}"));
        Console.WriteLine();
        return good;
    }

    private static string Column(string name, double value) => Invariant($" {value.ToString("0.000", CultureInfo.InvariantCulture).PadLeft(Math.Max(7, name.Length))}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Result(LoadSeries Series, ForecastScore[] Scores);
}
