namespace EdgeDb.Benchmarks.Pipeline;

/// <summary><c>bench pipeline hit</c>: a hit of the response cache in process, against MemoryCache.</summary>
internal static class PipelineBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is ["hit"])
            return HitBenchmark.Run() ? 0 : 1;
        await Console.Error.WriteLineAsync("usage: bench pipeline hit");
        return 2;
    }
}
