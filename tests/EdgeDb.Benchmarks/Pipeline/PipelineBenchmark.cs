namespace EdgeDb.Benchmarks.Pipeline;

/// <summary><c>bench pipeline [PART...]</c>: the request pipeline; without a part all of them.</summary>
internal static class PipelineBenchmark
{
    private static readonly SortedDictionary<string, Func<Task<bool>>> Parts = new(StringComparer.Ordinal)
    {
        ["access"] = AccessBenchmark.RunAsync,
        ["batch"] = BatchBenchmark.RunAsync,
        ["hit"] = static () => Task.FromResult(HitBenchmark.Run()),
        ["household"] = HouseholdBenchmark.RunAsync,
        ["http"] = HttpBenchmark.RunAsync,
    };

    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Except(Parts.Keys).Any())
        {
            await Console.Error.WriteLineAsync($"usage: bench pipeline [PART...]; PART is one of: {string.Join(", ", Parts.Keys)}");
            return 2;
        }

        var missed = new List<string>();
        foreach (var part in args.Length == 0 ? [.. Parts.Keys] : args)
            if (!await Parts[part]())
                missed.Add(part);
        if (missed.Count > 0)
            Console.WriteLine($"missed its goal: {string.Join(", ", missed)}");
        return missed.Count == 0 ? 0 : 1;
    }
}
