namespace EdgeDb.Core.Connections;

/// <summary>
/// Additive increase, multiplicative decrease (Chiu and Jain, 1989; Netflix' AIMDLimit): one more after each round in which the limit was needed
/// and nobody was overloaded, a tenth less after a round in which somebody was. Looks at failures only, so it finds the place where the
/// endpoint breaks, not the one where it works best.
/// </summary>
internal sealed class AimdLimit : IConcurrencyLimit
{
    private const double Backoff = 0.9;

    private LimitRange _range;
    private double _limit;
    private int _completed;
    private int _mostInFlight;
    private bool _overloaded;

    public AimdLimit(int initial, int minimum, int maximum)
    {
        _range = new(minimum, maximum);
        _limit = _range.Clamp(initial);
    }

    public int Current => (int)_limit;

    public void SetRange(int minimum, int maximum)
    {
        _range = new(minimum, maximum);
        _limit = _range.Clamp(_limit);
    }

    public void OnCompleted(long nowTicks, long durationTicks, int inFlight, bool overloaded)
    {
        _overloaded |= overloaded;
        _mostInFlight = Math.Max(_mostInFlight, inFlight);

        // A round is as many completions as may run at once: then the effect of the last change has been seen.
        if (++_completed < Current)
            return;
        if (_overloaded)
            _limit = _range.Clamp(_limit * Backoff);
        else if (_mostInFlight * 2 >= Current)
            _limit = _range.Clamp(_limit + 1);
        (_completed, _mostInFlight, _overloaded) = (0, 0, false);
    }
}
