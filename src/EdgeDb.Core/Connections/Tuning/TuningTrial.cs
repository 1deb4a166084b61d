namespace EdgeDb.Core.Connections;

/// <summary>
/// One change while it is compared: the old and the new value alternate in pairs of windows whose order is drawn by lot, and the differences are
/// tested (<see cref="SignedRankTest"/>). Half of the time the old value holds, so a bad change harms half as much, and for minutes at most. Not thread-safe.
/// </summary>
internal sealed class TuningTrial
{
    /// <summary>
    /// Decisions are made after these numbers of pairs, each with a third of the false positives that the whole trial may have: looking three times at 1 %
    /// each would make it nearly 3 %.
    /// </summary>
    private static readonly int[] Looks = [12, 24, 48];

    private const double ChanceAtEachLook = 0.01 / 3;

    /// <summary>Improvements below this (2 %) are not worth the risk of another setting.</summary>
    private const double LeastEffect = 0.02;

    // Errors: at least these many, and this share more than twice those of the old value.
    private const int GuardFailures = 5;
    private const double GuardFailedShare = 0.02;
    private const double GuardLatencyFactor = 2;
    private const double GuardLatencySeconds = 0.01;

    private readonly TunerOptions _options;
    private readonly TimeProvider _time;
    private readonly Random _lot;
    private readonly List<double> _differences = [];
    private readonly long _started;

    private TuningReading _legReading;
    private TuningReading _measured;
    private long _legStarted;
    private bool _newFirst;
    private bool _second;
    private bool _measuring;
    private double? _firstPrice;
    private double _oldP99Seconds;
    private long _oldAsked;
    private long _oldFailed;
    private int _decidedAt;

    /// <param name="subject">What is watched.</param>
    /// <param name="tunable">What is changed.</param>
    /// <param name="from">The old value.</param>
    /// <param name="to">The new value.</param>
    /// <param name="before">The latest window with the old value: the lot may let the new one begin, and an endpoint that fails already is not guarded for that.</param>
    /// <param name="options">How long the windows are.</param>
    /// <param name="time">The clock.</param>
    /// <param name="lot">Orders the windows of a pair.</param>
    public TuningTrial(
        TuningSubject subject, Tunable tunable, double from, double to, in TuningWindow before, TunerOptions options, TimeProvider time, Random lot)
    {
        (Subject, Tunable, From, To) = (subject, tunable, from, to);
        (_options, _time, _lot) = (options, time, lot);
        _started = time.GetTimestamp();
        (_oldAsked, _oldFailed, _oldP99Seconds) = (before.Asked, before.Failed, subject.Read().P99Seconds);
        BeginPair();
    }

    public TuningSubject Subject { get; }

    public Tunable Tunable { get; }

    public double From { get; }

    public double To { get; }

    /// <summary>Pairs compared so far.</summary>
    public int Pairs => _differences.Count;

    /// <summary>Median difference so far, negative is better; 0 without one.</summary>
    public double Effect
    {
        get
        {
            if (_differences.Count == 0)
                return 0;
            var sorted = _differences.Order().ToArray();
            return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        }
    }

    /// <summary>How likely the differences so far are without an effect.</summary>
    public double Chance => SignedRankTest.LowerTail(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_differences));

    private bool IsNew => _newFirst != _second;

    /// <summary>Goes on with the trial. Not null when it is over; the caller then sets the value that holds. Throws what setting a value throws.</summary>
    public (TuningOutcome Outcome, string Reason)? Continue()
    {
        var reading = Subject.Read();
        if (IsNew && Guard(reading) is { } reason)
            return (TuningOutcome.Guarded, reason);

        var passed = _time.GetElapsedTime(_legStarted);
        if (!_measuring && passed >= _options.Settle)
            (_measuring, _measured) = (true, reading);
        else if (_measuring && passed >= _options.Settle + _options.Window)
            EndLeg(reading);

        if (!_second && !_measuring && Decide() is { } decision)
            return decision;
        return _time.GetElapsedTime(_started) >= _options.LongestTrial
            ? (TuningOutcome.TooQuiet, FormattableString.Invariant($"Only {Pairs} pairs of windows had {_options.WindowRequests} requests each within {_options.LongestTrial.TotalMinutes:0} min."))
            : null;
    }

    private void EndLeg(in TuningReading reading)
    {
        var window = TuningWindow.Between(_measured, reading);
        if (!IsNew)
        {
            _oldP99Seconds = Math.Max(_oldP99Seconds, reading.P99Seconds);
            _oldAsked += window.Asked;
            _oldFailed += window.Failed;
        }

        double? price = window.Asked >= _options.WindowRequests ? window.Price : null;
        if (!_second)
        {
            _firstPrice = price;
            _second = true;
            BeginLeg();
            return;
        }

        // A pair with a quiet window says nothing and is left out.
        if (price is { } second && _firstPrice is { } first)
            _differences.Add(_newFirst ? first - second : second - first);
        BeginPair();
    }

    private (TuningOutcome, string)? Decide()
    {
        if (_decidedAt == Pairs || Array.IndexOf(Looks, Pairs) < 0)
            return null;
        _decidedAt = Pairs;
        var (effect, chance) = (Effect, Chance);
        if (chance <= ChanceAtEachLook && effect <= -LeastEffect)
            return (TuningOutcome.Kept, FormattableString.Invariant($"It made requests {100 * (1 - Math.Exp(effect)):0.0} % cheaper."));
        if (Pairs == Looks[^1] || effect >= 0)
            return (TuningOutcome.NoEffect, "No improvement could be told from chance.");
        return null;
    }

    private string? Guard(in TuningReading reading)
    {
        var window = TuningWindow.Between(_legReading, reading);
        var oldShare = _oldAsked == 0 ? 0 : (double)_oldFailed / _oldAsked;
        if (window.Failed >= GuardFailures && window.FailedShare > (2 * oldShare) + GuardFailedShare)
            return FormattableString.Invariant($"{100 * window.FailedShare:0.0} % of the requests failed; with the old value {100 * oldShare:0.0} %.");
        if (_oldP99Seconds > 0 && reading.P99Seconds > (_oldP99Seconds * GuardLatencyFactor) + GuardLatencySeconds)
            return FormattableString.Invariant($"The slowest 1 % took {1000 * reading.P99Seconds:0.#} ms and more; with the old value {1000 * _oldP99Seconds:0.#} ms.");
        return null;
    }

    private void BeginPair()
    {
        _second = false;
        _newFirst = _lot.Next(2) == 0;
        BeginLeg();
    }

    private void BeginLeg()
    {
        Tunable.Set(IsNew ? To : From);
        _measuring = false;
        _legReading = Subject.Read();
        _legStarted = _time.GetTimestamp();
    }
}
