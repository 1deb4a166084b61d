using EdgeDb.Core.Connections;

namespace EdgeDb.Benchmarks.Forecast;

/// <summary>How good the forecasts of one horizon were, over all intervals whose outcome is in the series.</summary>
internal sealed class ForecastScore
{
    private const double LowerLevel = 0.05;
    private const double UpperLevel = 0.95;

    private double _error;
    private double _lastError;
    private double _pinball;
    private double _width;
    private long _covered;
    private long _coveredClosed;
    private long _trusted;
    private double[] _learnerErrors = [];

    public required TimeSpan Horizon { get; init; }

    public required int Steps { get; init; }

    /// <summary>Names of the learners; the first is the last value.</summary>
    public required IReadOnlyList<string> Learners { get; init; }

    public long Count { get; private set; }

    public double Mae => _error / Count;

    public double LastValueMae => _lastError / Count;

    /// <summary>NaN when the last value was never wrong: no forecast can be better, and a ratio to 0 says nothing.</summary>
    public double Ratio => _lastError > 0 ? _error / _lastError : double.NaN;

    /// <summary>Share of outcomes in the interval as it was given, its ends included or not.</summary>
    public double Coverage => (double)_covered / Count;

    /// <summary>Share of outcomes in the interval if both of its ends always counted as inside.</summary>
    public double ClosedCoverage => (double)_coveredClosed / Count;

    /// <summary>Mean quantile loss of the interval's lower end (5 %), the point (50 %) and the upper end (95 %).</summary>
    public double Pinball => _pinball / Count;

    public double MeanWidth => _width / Count;

    public double TrustedShare => (double)_trusted / Count;

    /// <summary><see cref="Ratio"/> of a learner on its own; where it has no forecast the last value counts for it.</summary>
    public double LearnerRatio(int learner) => _learnerErrors[learner] / _lastError;

    public void Add(in LoadEstimate estimate, ReadOnlySpan<double> learners, double lastValue, double actual)
    {
        var interval = estimate.Interval;
        Count++;
        _error += Math.Abs(estimate.Point - actual);
        _lastError += Math.Abs(lastValue - actual);
        _covered += interval.Contains(actual) ? 1 : 0;
        _coveredClosed += actual >= interval.Lower && actual <= interval.Upper ? 1 : 0;
        _width += Math.Max(0, interval.Upper - interval.Lower);
        _trusted += estimate.Trusted ? 1 : 0;
        _pinball += (Loss(interval.Lower, LowerLevel, actual) + Loss(estimate.Point, 0.5, actual) + Loss(interval.Upper, UpperLevel, actual)) / 3;
        if (_learnerErrors.Length == 0)
            _learnerErrors = new double[learners.Length];
        for (var i = 0; i < learners.Length; i++)
            _learnerErrors[i] += Math.Abs((double.IsNaN(learners[i]) ? lastValue : learners[i]) - actual);
    }

    private static double Loss(double quantile, double level, double actual) =>
        actual >= quantile ? level * (actual - quantile) : (1 - level) * (quantile - actual);
}
