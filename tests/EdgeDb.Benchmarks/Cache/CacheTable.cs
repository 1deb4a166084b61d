using System.Globalization;

namespace EdgeDb.Benchmarks.Cache;

/// <summary>Hit ratios of every policy on every trace of a folder, and whether the shipped cache is close to the best of them.</summary>
internal static class CacheTable
{
    /// <summary>Below it the shares of a capacity that policies set aside are not one entry each.</summary>
    public const int LeastCapacity = 16;

    private const double LargestGap = 0.01;
    private const int NameWidth = 9;
    private const int LeastColumn = 7;
    private static readonly int[] Capacities = [256, 1000, 4000];

    /// <summary>Prints the tables; false when the shipped cache is more than a point below the best policy on a trace, mean over the capacities.</summary>
    public static bool Print(string folder)
    {
        var files = Directory.GetFiles(folder, "*.txt.gz").Order(StringComparer.Ordinal).ToArray();
        if (files.Length == 0)
            throw new InvalidDataException($"No *.txt.gz in {folder}.");
        Console.WriteLine($"{"trace",-NameWidth}{"entries",8}{string.Concat(CachePolicies.All.Select(static policy => $" {Title(policy.Name)}"))}");
        var good = true;
        foreach (var file in files)
            good &= PrintTrace(CacheTrace.Read(file));
        return good;
    }

    private static bool PrintTrace(CacheTrace trace)
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
        var best = Enumerable.Range(0, policies.Length).Where(column => policies[column].Name != CachePolicies.Optimum).MaxBy(column => means[column]);
        var gap = means[best] - means[Array.FindIndex(policies, static policy => policy.Name == CachePolicies.Shipped)];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{trace.Name,-NameWidth}best but for the optimum: {policies[best].Name}; {CachePolicies.Shipped} is {gap:0.0000} below it{(gap > LargestGap ? ", MISSED" : "")}"));
        return gap <= LargestGap;
    }

    private static void PrintRow(string trace, string capacity, double[] values) =>
        Console.WriteLine($"{trace,-NameWidth}{capacity,8}" + string.Concat(values.Select(static (value, column) =>
            " " + value.ToString("0.0000", CultureInfo.InvariantCulture).PadLeft(Title(CachePolicies.All[column].Name).Length))));

    private static string Title(string name) => name.PadLeft(LeastColumn);
}
