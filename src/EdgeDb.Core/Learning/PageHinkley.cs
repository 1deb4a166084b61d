namespace EdgeDb.Core.Learning;

/// <summary>
/// Detects that the mean of a stream has risen (Page 1954; the test as in Gama et al. 2014): sums how far the values exceed their mean so far and alarms when the
/// sum climbs a threshold above its lowest point. Values are compared in units of their own mean deviation, so one threshold fits every series.
/// </summary>
/// <param name="tolerance">Rise of the mean that is no drift, in mean deviations.</param>
/// <param name="threshold">Height of the sum that is one, in mean deviations.</param>
internal sealed class PageHinkley(double tolerance, double threshold)
{
    private const int LeastValues = 30;

    private double _mean;
    private double _deviation;
    private double _sum;
    private double _lowest;

    /// <summary>Values since the start or the last alarm.</summary>
    public int Values { get; private set; }

    /// <summary>Adds a value; true when the mean has risen. The test then starts anew.</summary>
    public bool Add(double value)
    {
        Values++;
        _mean += (value - _mean) / Values;
        _deviation += (Math.Abs(value - _mean) - _deviation) / Values;
        if (!(_deviation > 0))
            return false;
        // One value may weigh as much as ten usual ones: a single outlier is no drift.
        _sum += Math.Min((value - _mean) / _deviation, 10) - tolerance;
        _lowest = Math.Min(_lowest, _sum);
        if (Values < LeastValues || _sum - _lowest <= threshold)
            return false;
        Values = 0;
        (_mean, _deviation, _sum, _lowest) = (0, 0, 0, 0);
        return true;
    }
}
