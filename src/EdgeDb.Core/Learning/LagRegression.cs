namespace EdgeDb.Core.Learning;

/// <summary>
/// Recursive least squares, one model a horizon, of the change until then on averages of the near past and on the same time of the day
/// before. Yesterday stands for the time of day: the board has no reliable clock, but it can count steps.
/// </summary>
internal sealed class LagRegression : ISeriesLearner
{
    private const int Features = 7;
    private const int LeastExamples = 30;
    private const double Forgetting = 0.9995;
    private const double SlowestGain = 0.002;

    private static readonly int[] Averages = [1, 3, 6, 24];

    private readonly int[] _horizons;
    private readonly RecursiveLeastSquares[] _models;
    private readonly int _stepsPerDay;
    private double _center;
    private double _spread;
    private long _measured;

    /// <param name="stepsPerDay">Steps between two same times of day.</param>
    /// <param name="horizons">The horizons that <see cref="Forecast"/> will be asked for.</param>
    public LagRegression(int stepsPerDay, ReadOnlySpan<int> horizons)
    {
        _stepsPerDay = stepsPerDay;
        _horizons = horizons.ToArray();
        _models = new RecursiveLeastSquares[horizons.Length];
        for (var i = 0; i < _models.Length; i++)
            _models[i] = new RecursiveLeastSquares(Features, Forgetting);
    }

    public string Name => "rls";

    public void Observe(SeriesHistory history, bool measured)
    {
        if (!measured)
            return;
        var value = history[0];
        if (_measured++ == 0)
            (_center, _spread) = (value, 0.1 * Math.Abs(value));
        var gain = Math.Max(SlowestGain, 1.0 / _measured);
        _spread += gain * (Math.Abs(value - _center) - _spread);
        _center += gain * (value - _center);

        // What was known h steps ago is read again from the history, so no examples have to wait for their outcome.
        Span<double> features = stackalloc double[Features];
        for (var i = 0; i < _horizons.Length; i++)
        {
            var age = _horizons[i];
            if (history.Count <= age)
                break;
            Describe(history, age, _horizons[i], features);
            _models[i].Learn(features, (value - history[age]) / Unit);
        }
    }

    public void Forecast(SeriesHistory history, ReadOnlySpan<int> horizons, Span<double> forecasts)
    {
        Span<double> features = stackalloc double[Features];
        for (var i = 0; i < horizons.Length; i++)
        {
            forecasts[i] = double.NaN;
            if (_models[i].Examples < LeastExamples)
                continue;
            Describe(history, 0, horizons[i], features);
            forecasts[i] = history[0] + (Unit * _models[i].Predict(features));
        }
    }

    private double Unit => _spread > 0 ? _spread : 1;

    /// <summary>The features as of <paramref name="age"/> steps ago, for the value <paramref name="horizon"/> steps after that.</summary>
    private void Describe(SeriesHistory history, int age, int horizon, Span<double> features)
    {
        features[0] = 1;
        for (var i = 0; i < Averages.Length; i++)
            features[1 + i] = (history.Mean(Averages[i], age) - _center) / Unit;
        features[5] = Yesterday(history, age, _stepsPerDay - horizon, horizon);
        features[6] = Yesterday(history, age, _stepsPerDay, horizon);
    }

    /// <summary>Mean around <paramref name="lag"/> steps before <paramref name="age"/>; 0, the centre, where the history does not reach or nothing lies between.</summary>
    private double Yesterday(SeriesHistory history, int age, int lag, int horizon)
    {
        var reach = Math.Max(1, horizon / 3);
        var newest = Math.Max(age + lag - reach, age);
        var oldest = age + lag + reach;
        if (_stepsPerDay <= horizon || oldest >= history.Count)
            return 0;
        return (history.Mean(oldest - newest + 1, newest) - _center) / Unit;
    }
}
