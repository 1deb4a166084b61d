using EdgeDb.Core.Learning;
using Xunit;

namespace EdgeDb.Core.Tests.Learning;

public sealed class SimilarPastTests
{
    private const int LongestLag = 203;

    [Fact]
    public void A_period_that_no_calendar_knows_is_found()
    {
        var random = new Random(4);
        var pattern = Enumerable.Range(0, 37).Select(_ => 100 * random.NextDouble()).ToArray();
        var learner = new SimilarPast("x", LongestLag, halfLifeSteps: 24, neighbours: 3, shifted: false);
        var history = new SeriesHistory(LongestLag + 1);
        var forecasts = new double[2];
        for (var i = 0; i < 400; i++)
        {
            history.Add(pattern[i % 37], measured: true);
            learner.Observe(history, measured: true);
            learner.Forecast(history, [1, 5], forecasts);
        }

        Assert.Equal([pattern[400 % 37], pattern[404 % 37]], forecasts);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(9, false)]
    [InlineData(25, true)]
    public void Vectors_find_the_same_neighbours_as_a_plain_search(int neighbours, bool shifted)
    {
        const double halfLife = 3;
        var random = new Random(9);
        var learner = new SimilarPast("x", LongestLag, halfLife, neighbours, shifted);
        var history = new SeriesHistory(LongestLag + 1);
        var values = new List<double>();
        var mismatch = new double[LongestLag + 1];
        var forecasts = new double[2];
        int[] horizons = [2, 6];
        for (var t = 0; t < 600; t++)
        {
            values.Add(random.Next(1000));
            history.Add(values[t], measured: true);
            learner.Observe(history, measured: true);
            learner.Forecast(history, horizons, forecasts);
            for (var lag = 1; lag <= Math.Min(t, LongestLag); lag++)
                mismatch[lag] = (mismatch[lag] * (float)Math.Pow(0.5, 1 / halfLife)) + Math.Abs(values[t] - values[t - lag]);

            var longest = Math.Min(Math.Min(LongestLag, t), t - 9);
            var best = Enumerable.Range(horizons[^1], Math.Max(0, longest - horizons[^1] + 1)).OrderBy(lag => mismatch[lag]).Take(neighbours).ToArray();
            if (best.Length == 0)
            {
                Assert.All(forecasts, static forecast => Assert.True(double.IsNaN(forecast)));
                continue;
            }

            for (var h = 0; h < horizons.Length; h++)
            {
                var outcomes = best.Select(lag => values[t - lag + horizons[h]] + (shifted ? values[t] - values[t - lag] : 0)).Order().ToArray();
                Assert.Equal((outcomes[(outcomes.Length - 1) / 2] + outcomes[outcomes.Length / 2]) / 2, forecasts[h], 6);
            }
        }
    }
}
