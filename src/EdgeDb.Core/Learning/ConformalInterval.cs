namespace EdgeDb.Core.Learning;

/// <summary>
/// Prediction intervals around another's forecasts that hold their coverage whatever the series does: quantiles of the recent errors, taken at
/// levels that move after each outcome (adaptive conformal inference, Gibbs and Candès 2021), the two sides apart since load errors are skewed.
/// <para>
/// Equal errors are ranked at random (smoothed conformal prediction, Vovk et al. 2005): where a series rests on one value nineteen times in twenty, an
/// interval of that value alone would hold too often, and only leaving its end out now and then makes it a 90 % interval. The numbers <c>Lower</c>
/// and <c>Upper</c> are not touched by that, only whether they are included.
/// </para>
/// <para>
/// Errors in units of their own recent size were tried and rejected: the size has to be estimated as well, and on a series that rests at one value it falls to
/// nothing before the next spike, which then is out of all proportion.
/// </para>
/// </summary>
internal sealed class ConformalInterval
{
    /// <summary>How far a level goes below 0, where no error seen so far is large enough. It bounds the way back.</summary>
    private const double LeastMiss = -0.1;

    /// <summary>Growth of an end beyond the largest error for each rank that is missing, in parts of the distance from the middle error.</summary>
    private const double Overreach = 0.03;

    private readonly double _miss;
    private readonly double _adaptation;
    private readonly SortedWindow _errors;
    private double _lowerMiss;
    private double _upperMiss;
    private ulong _random = 0x9E3779B97F4A7C15;

    /// <param name="coverage">Wanted coverage, for example 0.9; each side misses half of the rest.</param>
    /// <param name="window">Errors kept.</param>
    /// <param name="adaptation">How far an outcome moves the levels.</param>
    public ConformalInterval(double coverage, int window, double adaptation)
    {
        _miss = (1 - coverage) / 2;
        (_lowerMiss, _upperMiss) = (_miss, _miss);
        _adaptation = adaptation;
        _errors = new SortedWindow(window);
    }

    /// <summary>The interval around a forecast; of the forecast alone before the first error is known.</summary>
    public PredictionInterval Around(double forecast)
    {
        var tie = NextRandom();
        var (upper, includesUpper) = End(_upperMiss, tie, fromTop: true);
        // The same draw turned round: where both ends are one value, at most one of them leaves it out, and the misses add up.
        var (lower, includesLower) = End(_lowerMiss, 1 - tie, fromTop: false);
        return new PredictionInterval(forecast + lower, forecast + upper, includesLower, includesUpper);
    }

    /// <summary>Learns from the outcome of a forecast.</summary>
    /// <param name="interval">What <see cref="Around"/> had said.</param>
    /// <param name="forecast">The forecast then.</param>
    /// <param name="actual">What came.</param>
    public void Learn(in PredictionInterval interval, double forecast, double actual)
    {
        // At 1 the interval is empty: beyond, nothing would change but the way back.
        _lowerMiss = Math.Clamp(_lowerMiss + (_adaptation * (_miss - (interval.IsBelow(actual) ? 1 : 0))), LeastMiss, 1);
        _upperMiss = Math.Clamp(_upperMiss + (_adaptation * (_miss - (interval.IsAbove(actual) ? 1 : 0))), LeastMiss, 1);
        _errors.Add(actual - forecast);
    }

    /// <summary>
    /// The error up to which the smoothed p-value (errors beyond + tie × equal ones) / (n + 1) stays above <paramref name="miss"/>, counted from one side.
    /// </summary>
    private (double End, bool Included) End(double miss, double tie, bool fromTop)
    {
        var errors = _errors.Sorted;
        var n = errors.Length;
        if (n == 0)
            return (0, true);
        var allowed = (miss * (n + 1)) - tie;
        if (allowed < 0)
        {
            // ACI asks for an infinite interval here. A finite one that grows with every further miss brings the coverage back as well.
            var outermost = fromTop ? errors[^1] : errors[0];
            return (outermost - ((outermost - errors[n / 2]) * allowed * Overreach), true);
        }

        var rank = Math.Min((int)allowed, n - 1);
        var end = fromTop ? errors[n - 1 - rank] : errors[rank];
        var (first, last) = (errors.IndexOf(end), errors.LastIndexOf(end));
        var beyond = fromTop ? n - 1 - last : first;
        return (end, beyond + (tie * (last - first + 1)) > allowed);
    }

    /// <summary>SplitMix64, always from the same seed: forecasts of the same series are the same in every run.</summary>
    private double NextRandom()
    {
        var z = _random += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
