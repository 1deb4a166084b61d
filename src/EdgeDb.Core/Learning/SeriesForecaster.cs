using System.Numerics;

namespace EdgeDb.Core.Learning;

/// <summary>
/// Forecasts a series of measurements at equal steps, some steps ahead, learning from each of them: an ensemble of simple learners weighted by their
/// errors, conformal intervals around it, and the last value instead wherever the ensemble does not beat it. Bounded in memory and in time a step.
/// Not thread-safe.
/// </summary>
internal sealed class SeriesForecaster
{
    /// <summary>Coverage of the intervals.</summary>
    public const double Coverage = 0.9;

    /// <summary>Values beyond this are no measurements: their squares must stay finite.</summary>
    public const double LargestValue = 1e15;

    private const int LeastHistory = 512;
    private const int LongestHistory = 3072;

    private readonly int _stepsPerDay;
    private readonly int[] _horizons;
    private readonly SeriesHistory _history;
    private readonly ISeriesLearner[] _learners;
    private readonly HorizonEnsemble[] _ensembles;
    private readonly double[] _forecasts;

    /// <param name="step">Time between two values; from 1 s to 1 day.</param>
    /// <param name="horizons">How far ahead, in steps, ascending, each at least 1.</param>
    public SeriesForecaster(TimeSpan step, params ReadOnlySpan<int> horizons)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(step, TimeSpan.FromDays(1));
        _horizons = horizons.ToArray();
        _stepsPerDay = Steps(TimeSpan.FromDays(1), 1);
        var longestLag = Math.Clamp(8 * _stepsPerDay, LeastHistory, LongestHistory);
        _history = new SeriesHistory(longestLag + 1);
        _learners =
        [
            new LastValue(),
            new RollingMedian("median-1h", Steps(TimeSpan.FromHours(1), 6)),
            new RollingMean("mean-1h", Steps(TimeSpan.FromHours(1), 6)),
            new ExponentialAverage("ewma-20m", Gain(TimeSpan.FromMinutes(20))),
            new DampedHolt(levelGain: 0.5, trendGain: 0.1, damping: 0.9),
            new LagRegression(_stepsPerDay, _horizons),
            new DailyProfile(_stepsPerDay),
            new SameTimeMedian(_stepsPerDay),
            new SimilarPast("similar-1", longestLag, halfLifeSteps: 1, neighbours: 25, shifted: false),
            new SimilarPast("similar-3", longestLag, halfLifeSteps: 3, neighbours: 15, shifted: false),
            new SimilarPast("similar-24", longestLag, halfLifeSteps: 24, neighbours: 5, shifted: false),
            new SimilarPast("similar-3-shifted", longestLag, halfLifeSteps: 3, neighbours: 25, shifted: true),
        ];
        _ensembles = new HorizonEnsemble[_horizons.Length];
        for (var i = 0; i < _ensembles.Length; i++)
            _ensembles[i] = new HorizonEnsemble(_learners.Length, _horizons[i]);
        _forecasts = new double[_horizons.Length];

        int Steps(TimeSpan time, int least) => Math.Max(least, (int)Math.Round(time / step));
        double Gain(TimeSpan time) => 1 - Math.Exp(-(step / time));
    }

    /// <summary>How far ahead the forecasts are, in steps.</summary>
    public ReadOnlySpan<int> Horizons => _horizons;

    /// <summary>Steps between two same times of day.</summary>
    public int StepsPerDay => _stepsPerDay;

    /// <summary>Whether there is a first measurement to forecast from.</summary>
    public bool HasForecast => _history.Count > 0;

    /// <summary>The values so far, those that were filled in included.</summary>
    public SeriesHistory History => _history;

    /// <summary>Names of the learners.</summary>
    public IEnumerable<string> Learners => _learners.Select(static learner => learner.Name);

    /// <summary>Times that the errors rose so much that the series must have changed.</summary>
    public int Drifts => _ensembles[^1].Drifts;

    /// <summary>One step has passed.</summary>
    /// <param name="value">What was measured; NaN when nothing was.</param>
    public void Observe(double value)
    {
        var measured = Math.Abs(value) <= LargestValue;
        if (!measured && !HasForecast)
            return;
        foreach (var ensemble in _ensembles)
            ensemble.Learn(measured ? value : double.NaN);
        _history.Add(measured ? value : Filling(), measured);
        foreach (var learner in _learners)
            learner.Observe(_history, measured);

        var (least, largest) = PlausibleRange();
        for (var i = 0; i < _learners.Length; i++)
        {
            _learners[i].Forecast(_history, _horizons, _forecasts);
            for (var h = 0; h < _horizons.Length; h++)
                _ensembles[h].Propose(i, Math.Clamp(_forecasts[h], least, largest));
        }

        foreach (var ensemble in _ensembles)
            ensemble.Issue(least, largest);
    }

    /// <summary>The forecast for <see cref="Horizons"/>[<paramref name="horizon"/>] steps after the newest step. Needs <see cref="HasForecast"/>.</summary>
    public SeriesForecast Forecast(int horizon) => _ensembles[horizon].Issued;

    /// <summary>What each of <see cref="Learners"/> says on its own; NaN where it says nothing.</summary>
    public ReadOnlySpan<double> LearnerForecasts(int horizon) => _ensembles[horizon].Proposed;

    /// <summary>For a step without measurement: the same time of the day before, else the newest value.</summary>
    private double Filling() => _history.Count >= _stepsPerDay ? _history[_stepsPerDay - 1] : _history[0];

    /// <summary>The range of the history and a tenth more on both sides. A regression or a trend that has run away is held to it.</summary>
    private (double Least, double Largest) PlausibleRange()
    {
        var values = _history.Window(_history.Count);
        var (least, largest) = (values[0], values[0]);
        var rest = values.Length % Vector<double>.Count;
        foreach (var value in values[..rest])
            (least, largest) = (Math.Min(least, value), Math.Max(largest, value));
        var (leasts, largests) = (new Vector<double>(least), new Vector<double>(largest));
        for (var i = rest; i < values.Length; i += Vector<double>.Count)
        {
            var some = new Vector<double>(values[i..]);
            (leasts, largests) = (Vector.Min(leasts, some), Vector.Max(largests, some));
        }

        for (var i = 0; i < Vector<double>.Count; i++)
            (least, largest) = (Math.Min(least, leasts[i]), Math.Max(largest, largests[i]));
        var margin = 0.1 * (largest - least);
        return (least - margin, largest + margin);
    }
}
