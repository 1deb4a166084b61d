using EdgeDb.Core.Learning;

namespace EdgeDb.Core.Connections;

/// <summary>The load expected in one future interval, in the unit of the counts that were observed.</summary>
/// <param name="Horizon">Time from the newest observed interval to the one that is meant.</param>
/// <param name="Point">The load that half of the outcomes exceed.</param>
/// <param name="Interval">Where it lies nine times in ten; its upper end is exceeded once in twenty.</param>
/// <param name="Trusted">Whether the forecast has lately been closer than the last value; <paramref name="Point"/> is the last value otherwise.</param>
internal readonly record struct LoadEstimate(TimeSpan Horizon, double Point, PredictionInterval Interval, bool Trusted);
