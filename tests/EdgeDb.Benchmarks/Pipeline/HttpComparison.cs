namespace EdgeDb.Benchmarks.Pipeline;

/// <summary>Two servers that take turns round by round; the median of the rounds' ratios counts.</summary>
/// <param name="Speed">Requests a second of the first by those of the second, sorted.</param>
/// <param name="Cost">Processor time of the second's server for a request by that of the first's, sorted.</param>
/// <param name="PerSecond">Requests a second of the first, sorted.</param>
/// <param name="Microseconds">Processor time of the first's server for a request, sorted.</param>
internal sealed record HttpComparison(List<double> Speed, List<double> Cost, List<double> PerSecond, List<double> Microseconds)
{
    private const int Rounds = 21;
    private const int RequestsARound = 8_000;
    private const int WarmUpRequests = 60_000;

    public static async Task<HttpComparison> RunAsync(HttpLoad ours, HttpLoad theirs)
    {
        await ours.RunAsync(WarmUpRequests);
        await theirs.RunAsync(WarmUpRequests);
        var comparison = new HttpComparison([], [], [], []);
        for (var round = 0; round < Rounds; round++)
        {
            var first = await (round % 2 == 0 ? ours : theirs).RunAsync(RequestsARound);
            var second = await (round % 2 == 0 ? theirs : ours).RunAsync(RequestsARound);
            var (a, b) = round % 2 == 0 ? (first, second) : (second, first);
            comparison.Speed.Add(a.PerSecond / b.PerSecond);
            comparison.Cost.Add(b.ServerMicroseconds / a.ServerMicroseconds);
            comparison.PerSecond.Add(a.PerSecond);
            comparison.Microseconds.Add(a.ServerMicroseconds);
        }

        foreach (var values in new[] { comparison.Speed, comparison.Cost, comparison.PerSecond, comparison.Microseconds })
            values.Sort();
        return comparison;
    }

    public static double Median(List<double> sorted) => sorted[sorted.Count / 2];
}
