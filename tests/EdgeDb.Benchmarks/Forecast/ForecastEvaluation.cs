using EdgeDb.Core.Connections;
using EdgeDb.Core.Learning;

namespace EdgeDb.Benchmarks.Forecast;

/// <summary>
/// Runs the forecast of the product over a series as the service would: every value is forecast before it is shown, from the first row on, with the same
/// parameters for every series.
/// </summary>
internal static class ForecastEvaluation
{
    public static ForecastScore[] Run(LoadSeries series)
    {
        var forecast = new LoadForecast(series.Period);
        var horizons = forecast.Forecaster.Horizons;
        var learners = forecast.Forecaster.Learners.ToArray();
        var scores = new ForecastScore[horizons.Length];
        var waiting = new Dictionary<long, Made>[horizons.Length];
        for (var h = 0; h < scores.Length; h++)
        {
            scores[h] = new ForecastScore { Horizon = LoadForecast.Horizons[h], Steps = horizons[h], Learners = learners };
            waiting[h] = [];
        }

        foreach (var (time, value) in series.Samples)
        {
            forecast.Observe(time, value);
            if (!(Math.Abs(value) <= SeriesForecaster.LargestValue))
                continue;
            for (var h = 0; h < scores.Length; h++)
            {
                if (waiting[h].Remove(forecast.Intervals, out var made))
                    scores[h].Add(made.Estimate, made.Learners, made.LastValue, value);
                waiting[h][forecast.Intervals + horizons[h]] = new Made(forecast.Estimate(h)!.Value, forecast.Forecaster.LearnerForecasts(h).ToArray(), value);
            }
        }

        return scores;
    }

    private readonly record struct Made(LoadEstimate Estimate, double[] Learners, double LastValue);
}
