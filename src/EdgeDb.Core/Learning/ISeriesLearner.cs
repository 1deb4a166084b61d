namespace EdgeDb.Core.Learning;

/// <summary>One simple way to forecast a series, learning at each step. Not thread-safe; constant memory; no allocation after construction.</summary>
internal interface ISeriesLearner
{
    string Name { get; }

    /// <summary>One step has passed and its value is the newest of <paramref name="history"/>.</summary>
    /// <param name="history">The values so far.</param>
    /// <param name="measured">False when the newest value was not measured but filled in: nothing is to be learnt from it.</param>
    void Observe(SeriesHistory history, bool measured);

    /// <summary>Forecasts the values the given numbers of steps ahead. NaN where there is no opinion yet: the learner sleeps there.</summary>
    /// <param name="history">The values so far; at least one.</param>
    /// <param name="horizons">Steps ahead, ascending, each at least 1.</param>
    /// <param name="forecasts">One value a horizon.</param>
    void Forecast(SeriesHistory history, ReadOnlySpan<int> horizons, Span<double> forecasts);
}
