using System.Globalization;

namespace EdgeDb.Benchmarks.Cache;

/// <summary>Hit ratios of every policy on every trace of a folder.</summary>
internal static class CacheTable
{
    /// <summary>Below it the shares of a capacity that policies set aside are not one entry each.</summary>
    public const int LeastCapacity = 16;

    private const int NameWidth = 9;
    private const int LeastColumn = 7;
    private static readonly int[] Capacities = [256, 1000, 4000];

    public static void Print(string folder)
    {
        var files = Directory.GetFiles(folder, "*.txt.gz").Order(StringComparer.Ordinal).ToArray();
        if (files.Length == 0)
            throw new InvalidDataException($"No *.txt.gz in {folder}.");
        Console.WriteLine($"{"trace",-NameWidth}{"entries",8}{string.Concat(CachePolicies.All.Select(static policy => $" {Title(policy.Name)}"))}");
        foreach (var file in files)
            PrintTrace(CacheTrace.Read(file));
    }

    private static void PrintTrace(CacheTrace trace)
    {
        var policies = CachePolicies.All;
        var ratios = new double[Capacities.Length, policies.Length];
        Parallel.For(0, ratios.Length, i =>
        {
            var (row, column) = (i % Capacities.Length, i / Capacities.Length);
            ratios[row, column] = (double)CachePolicies.Hits(policies[column].Create, Capacities[row], trace) / trace.Requests.Length;
        });

        var means = new double[policies.Length];
        for (var row = 0; row < Capacities.Length; row++)
        {
            var values = Enumerable.Range(0, policies.Length).Select(column => ratios[row, column]).ToArray();
            for (var column = 0; column < means.Length; column++)
                means[column] += values[column] / Capacities.Length;
            PrintRow(trace.Name, Capacities[row].ToString(CultureInfo.InvariantCulture), values);
        }

        PrintRow(trace.Name, "mean", means);
    }

    private static void PrintRow(string trace, string capacity, double[] values) =>
        Console.WriteLine($"{trace,-NameWidth}{capacity,8}" + string.Concat(values.Select(static (value, column) =>
            " " + value.ToString("0.0000", CultureInfo.InvariantCulture).PadLeft(Title(CachePolicies.All[column].Name).Length))));

    private static string Title(string name) => name.PadLeft(LeastColumn);
}
