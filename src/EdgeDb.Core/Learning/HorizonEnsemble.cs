namespace EdgeDb.Core.Learning;

/// <summary>Everything that belongs to forecasts one number of steps ahead: the mix of the learners, the interval, and what is waiting for its outcome.</summary>
internal sealed class HorizonEnsemble
{
    // The same for every series and horizon. "bench forecast --table" changes little between half and twice of each.
    private const double RegretMemory = 0.999;
    private const double TrustMemory = 0.995;
    private const double KeptAfterDrift = 0.5;
    private const int TrustAfter = 12;
    private const int ErrorWindow = 300;
    private const double Adaptation = 0.01;

    /// <summary>Outcomes come as many steps late as the forecast reaches: levels that move farther than this in that time would swing.</summary>
    private const double AdaptationWhileWaiting = 0.15;

    private readonly int _steps;
    private readonly int _learners;
    private readonly PolynomialWeights _weights;
    private readonly ConformalInterval _interval;
    private readonly PageHinkley _drift = new(tolerance: 0.5, threshold: 50);
    private readonly double[] _proposals;
    private readonly Pending[] _pending;
    private long _issuedCount;
    private int _outcomes;
    private double _gain;
    private double _gainSquares;
    private bool _trusted;

    /// <param name="learners">Number of learners; the first is the last value.</param>
    /// <param name="steps">Steps ahead.</param>
    public HorizonEnsemble(int learners, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        _learners = learners;
        _steps = steps;
        _weights = new PolynomialWeights(learners, RegretMemory);
        _interval = new ConformalInterval(SeriesForecaster.Coverage, ErrorWindow, Math.Min(Adaptation, AdaptationWhileWaiting / steps));
        _proposals = new double[learners * steps];
        _pending = new Pending[steps];
    }

    public int Drifts { get; private set; }

    /// <summary>The newest forecast.</summary>
    public SeriesForecast Issued { get; private set; }

    /// <summary>The proposals of the newest forecast.</summary>
    public ReadOnlySpan<double> Proposed => ProposalsOf(_issuedCount - 1);

    /// <summary>The outcome of the oldest waiting forecast; NaN when there was no measurement, then nothing is learnt from it.</summary>
    public void Learn(double actual)
    {
        if (_issuedCount < _steps || double.IsNaN(actual))
            return;
        ref readonly var made = ref _pending[_issuedCount % _steps];
        var proposals = ProposalsOf(_issuedCount);
        var error = Math.Abs(made.Mixed - actual);
        _weights.Learn(proposals, made.Mixed, actual);
        _interval.Learn(made.Issued.Interval, made.Issued.Point, actual);
        var gain = Math.Abs(proposals[0] - actual) - error;
        _gain = (TrustMemory * _gain) + gain;
        _gainSquares = (TrustMemory * _gainSquares) + (gain * gain);
        // Trust is won by a gain beyond one standard deviation and lost when none is left. Without the step between, chance switches the ensemble on and off
        // over a random walk, where nothing beats the last value.
        _trusted = _gain > (_trusted ? 0 : Math.Sqrt(_gainSquares));
        _outcomes++;
        if (!_drift.Add(error))
            return;
        Drifts++;
        _weights.Fade(KeptAfterDrift);
    }

    /// <summary>What a learner says about the step that is <see cref="_steps"/> ahead now.</summary>
    public void Propose(int learner, double forecast) => _proposals[((int)(_issuedCount % _steps) * _learners) + learner] = forecast;

    /// <summary>Makes the forecast of all proposals.</summary>
    /// <param name="least">Lower end of the interval while no error is known.</param>
    /// <param name="largest">Upper end of it.</param>
    public void Issue(double least, double largest)
    {
        var proposals = ProposalsOf(_issuedCount);
        var mixed = _weights.Mix(proposals);
        var trusted = _trusted && _outcomes >= TrustAfter;
        var point = trusted ? mixed : proposals[0];
        var interval = _outcomes > 0 ? _interval.Around(point) : new PredictionInterval(least, largest, IncludesLower: true, IncludesUpper: true);
        Issued = new SeriesForecast(point, interval, trusted);
        _pending[_issuedCount % _steps] = new Pending(Issued, mixed);
        _issuedCount++;
    }

    private ReadOnlySpan<double> ProposalsOf(long issue) => _proposals.AsSpan((int)(issue % _steps) * _learners, _learners);

    private readonly record struct Pending(SeriesForecast Issued, double Mixed);
}
