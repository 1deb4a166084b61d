namespace EdgeDb.Core.Learning;

/// <summary>Median of the values around the same time on up to five days before.</summary>
internal sealed class SameTimeMedian(int stepsPerDay) : ISeriesLearner
{
    private const int Days = 5;
    private const int Reach = 2;

    private readonly double[] _found = new double[Days * ((2 * Reach) + 1)];

    public string Name => "same-time";

    public void Observe(SeriesHistory history, bool measured)
    {
    }

    public void Forecast(SeriesHistory history, ReadOnlySpan<int> horizons, Span<double> forecasts)
    {
        for (var i = 0; i < horizons.Length; i++)
        {
            var count = 0;
            for (var day = 1; day <= Days; day++)
            {
                for (var age = (day * stepsPerDay) - horizons[i] - Reach; age <= (day * stepsPerDay) - horizons[i] + Reach; age++)
                {
                    if (age >= 0 && age < history.Count)
                        _found[count++] = history[age];
                }
            }

            forecasts[i] = count == 0 ? double.NaN : Median(_found.AsSpan(0, count));
        }
    }

    /// <summary>Orders <paramref name="values"/> and returns their middle.</summary>
    internal static double Median(Span<double> values)
    {
        values.Sort();
        return (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }
}
