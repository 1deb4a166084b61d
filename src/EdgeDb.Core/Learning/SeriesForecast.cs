namespace EdgeDb.Core.Learning;

/// <summary>What a <see cref="SeriesForecaster"/> says about one future value.</summary>
/// <param name="Point">The value expected: the middle, which half of the outcomes exceed.</param>
/// <param name="Interval">Where it lies nine times in ten.</param>
/// <param name="Trusted">Whether the ensemble has lately been closer than the last value; <paramref name="Point"/> is the last value otherwise.</param>
internal readonly record struct SeriesForecast(double Point, PredictionInterval Interval, bool Trusted);
