namespace EdgeDb.Core.Connections;

/// <summary>
/// Where the optimum of a concurrency limit is believed to be, and how surely. A one-dimensional Kalman filter on the logarithm of the limit:
/// a measured slope of throughput says on which side of the optimum we are and, because throughput is flat there, roughly how far; the noise
/// of the measurement says how much of that to believe. So noisy, slow and fast endpoints need no settings.
/// </summary>
internal struct LimitSearch
{
    // How fast the slope falls with the distance from the optimum, both in logarithms. For the Universal Scalability Law it is 2/(2 + contention x
    // optimum), so 0.5 to 1 for what is worth limiting. A wrong value makes steps longer or shorter, not wrong; 0.5 and 1 cost 0.4 % goodput at most (LimitBenchmark).
    private const double Curvature = 0.7;

    // Variance that the optimum gains by moving unseen, each second: 6 % in a second, 20 % in ten. Not more than DriftVariance, or a limit
    // that has not been needed for an hour would jump around when it is.
    private const double DriftPerSecond = 0.004;
    private const double DriftVariance = 0.05;

    private const double InitialVariance = 0.5;
    private const double SurpriseVariance = 0.25;
    private const double LongestStep = 0.7;

    // A connection must bring this much (4 % more throughput for twice the connections), or plateaus would be climbed for nothing.
    private const double Worth = 0.04;

    private double _logTarget;
    private double _variance;
    private double _level;
    private double _levelVariance;

    public LimitSearch(double target)
    {
        _logTarget = Math.Log(target);
        _variance = InitialVariance;
        _levelVariance = double.PositiveInfinity;
    }

    /// <summary>The best guess.</summary>
    public readonly double Target => Math.Exp(_logTarget);

    /// <summary>How far to both sides of the target it pays to look, as a logarithm: 10 % when sure, 30 % when not.</summary>
    public readonly double Spread => Math.Clamp(0.6 * Math.Sqrt(_variance), 0.1, 0.3);

    /// <summary>Multiplies the target within its range. What was known of the optimum is less sure then.</summary>
    public void Move(double factor, LimitRange range)
    {
        _logTarget = Math.Log(range.Clamp(Target * factor));
        _variance = Math.Max(_variance, SurpriseVariance);
    }

    /// <summary>Keeps the target within the range.</summary>
    public void Keep(LimitRange range) => _logTarget = Math.Log(range.Clamp(Target));

    /// <summary>Time has passed without a measurement that counts.</summary>
    public void Forget(double seconds) =>
        _variance = Math.Max(_variance, Math.Min(DriftVariance, _variance + (DriftPerSecond * seconds)));

    /// <summary>Moves the target by what two windows with different limits say.</summary>
    /// <param name="logRatio">Logarithm of the ratio of the work in flight, positive.</param>
    /// <param name="logGain">Logarithm of the ratio of throughput.</param>
    /// <param name="noise">Variance of <paramref name="logGain"/>.</param>
    /// <param name="level">Logarithm of the throughput of both.</param>
    /// <param name="range">Bounds of the target.</param>
    public void Learn(double logRatio, double logGain, double noise, double level, LimitRange range)
    {
        // A jump of the throughput that neither noise nor our own step explains: the endpoint is another one now.
        var jump = level - _level;
        if (jump * jump > (16 * ((noise / 4) + _levelVariance)) + 0.01)
            _variance = Math.Max(_variance, SurpriseVariance);
        (_level, _levelVariance) = (level, noise / 4);

        // No endpoint gains more than it is given; a slope beyond that is noise.
        var slope = Math.Clamp(logGain / logRatio, -1, 1) - Worth;
        var gain = Curvature * _variance / ((Curvature * Curvature * _variance) + (noise / (logRatio * logRatio)));
        var step = Math.Clamp(gain * slope, -LongestStep, LongestStep);

        // Who had to go that far knew no better than that.
        _variance = Math.Max(_variance * (1 - (gain * Curvature)), step * step);
        _logTarget = Math.Log(range.Clamp(Math.Exp(_logTarget + step)));
    }
}
