using System.Globalization;
using EdgeDb.Core.Connections;

namespace EdgeDb.Benchmarks.Forecast;

/// <summary>
/// Whether forecasting is worth it: connections opened because a caller waited, with the floor that the forecast gives, against a static minimum and against
/// a floor that follows the last interval, both with as many connections open on average. All in the simulated pool of <see cref="PoolSimulation"/>, on load
/// series scaled so that their busiest interval uses twenty connections.
/// </summary>
internal static class FloorComparison
{
    private const double HoldSeconds = 1;
    private const double OpenSeconds = 0.5;
    private const double BusiestConnections = 20;
    private const double Days = 4;
    private const int NameWidth = 32;

    private static readonly int[] StaticFloors = [0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 18, 20, 24, 28];
    private static readonly double[] FollowingSpread = [1, 2, 2.5, 3, 3.5, 4, 5, 6, 8, 10];

    /// <summary>Prints the comparison; false when the forecast opens more in all than a static minimum.</summary>
    public static bool Print(string[] folders)
    {
        var files = folders.SelectMany(folder => Directory.GetFiles(folder, "*.csv", SearchOption.AllDirectories)).Order(StringComparer.Ordinal).ToArray();
        var compared = new Result?[files.Length];
        Parallel.For(0, files.Length, i => compared[i] = Compare(LoadSeries.Read(files[i])));
        var results = compared.OfType<Result>().ToArray();
        if (results.Length == 0)
            throw new InvalidDataException($"No load series below {string.Join(", ", folders)}.");

        Console.WriteLine(Invariant(
            $"Cold opens in {Days} days; leases of {HoldSeconds} s, opening takes {OpenSeconds} s, {BusiestConnections} in use in the busiest interval; the others at as many open connections:"));
        Console.WriteLine($"{"",-NameWidth}{"open",7}{"forecast",10}{"static",9}{"following",11}{"waited",9}");
        foreach (var result in results)
            Console.WriteLine(Invariant($"{result.Name,-NameWidth}{result.MeanOpen,7:0.0}{result.Forecast,10}{result.Static,9:0}{result.Following,11:0}{result.Waited,9:0.0000}"));
        var forecast = results.Sum(static result => result.Forecast);
        var fixedFloor = results.Sum(static result => result.Static);
        var following = results.Sum(static result => result.Following);
        Console.WriteLine(Invariant($"{"all",-NameWidth}{"",7}{forecast,10}{fixedFloor,9:0}{following,11:0}"));
        Console.WriteLine(Invariant(
            $"  ratio of all: {forecast / fixedFloor:0.00} of what a static minimum opens cold, {forecast / following:0.00} of what a floor after the last interval does"));
        Console.WriteLine(Invariant(
            $"  median of the series: {Median(results, static r => r.Forecast / r.Static):0.00} and {Median(results, static r => r.Forecast / r.Following):0.00}; fewer than the static minimum on {results.Count(static r => r.Forecast < r.Static)} of {results.Length}"));
        Console.WriteLine("  goal: fewer than a static minimum, else connections are not opened ahead by default");
        return forecast < fixedFloor;
    }

    /// <summary>Null for a series that is no load: negative or constant values.</summary>
    private static Result? Compare(LoadSeries series)
    {
        var interval = series.Period.TotalSeconds;
        var values = series.Samples.Select(static sample => sample.Value).Where(double.IsFinite).Take((int)(Days * 86_400 / interval)).ToArray();
        if (values.Min() < 0 || values.Min() == values.Max())
            return null;
        var busiest = values.Max();
        var counts = Array.ConvertAll(values, value => value / busiest * BusiestConnections / HoldSeconds * interval);

        var forecast = new LoadForecast(series.Period);
        var time = DateTimeOffset.UnixEpoch;
        var simulation = Simulate(counts, interval, arrived =>
        {
            forecast.Observe(time += series.Period, arrived);
            return PredictiveFloor.Connections(forecast, TimeSpan.FromSeconds(HoldSeconds), PoolSimulation.MaxSize);
        });
        var fixedFloors = Array.ConvertAll(StaticFloors, floor => Simulate(counts, interval, _ => floor));
        var followingFloors = Array.ConvertAll(FollowingSpread, spread => Simulate(counts, interval, arrived =>
        {
            var inUse = arrived / interval * HoldSeconds;
            return (int)Math.Ceiling(inUse + (spread * Math.Sqrt(inUse)));
        }));
        return new Result(
            series.Name, simulation.MeanOpen, simulation.ColdOpens, ColdOpensAt(simulation.MeanOpen, fixedFloors), ColdOpensAt(simulation.MeanOpen, followingFloors),
            (double)simulation.CallersWaited / simulation.Callers);
    }

    private static PoolSimulation Simulate(double[] counts, double interval, Func<int, int> floor)
    {
        var simulation = new PoolSimulation(HoldSeconds, OpenSeconds);
        simulation.Run(counts, interval, floor);
        return simulation;
    }

    /// <summary>Cold opens where this many connections are open on average, between the two runs that lie around it.</summary>
    private static double ColdOpensAt(double meanOpen, PoolSimulation[] runs)
    {
        Array.Sort(runs, static (left, right) => left.MeanOpen.CompareTo(right.MeanOpen));
        var above = Array.FindIndex(runs, run => run.MeanOpen >= meanOpen);
        if (above <= 0)
            return (above < 0 ? runs[^1] : runs[0]).ColdOpens;
        var (less, more) = (runs[above - 1], runs[above]);
        return less.ColdOpens + ((meanOpen - less.MeanOpen) / (more.MeanOpen - less.MeanOpen) * (more.ColdOpens - less.ColdOpens));
    }

    private static double Median(Result[] results, Func<Result, double> of) => results.Select(of).Order().ElementAt(results.Length / 2);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Result(string Name, double MeanOpen, int Forecast, double Static, double Following, double Waited);
}
