namespace EdgeDb.Core.Connections;

/// <content>What a person may do at any time, whatever the mode.</content>
internal sealed partial class Tuner
{
    /// <summary>A pin or a freeze lasts this long at most; who needs it for longer changes the configuration.</summary>
    public static readonly TimeSpan LongestOverride = TimeSpan.FromDays(30);

    private long _frozenSince;
    private TimeSpan? _frozenFor;
    private DateTimeOffset _frozenUntil;
    private int _overridesVersion;

    /// <summary>Grows with each change of <see cref="Overrides"/>.</summary>
    public int OverridesVersion
    {
        get
        {
            lock (_gate)
                return _overridesVersion;
        }
    }

    /// <summary>The pins and the freeze that hold now.</summary>
    public TuningOverrides Overrides
    {
        get
        {
            lock (_gate)
            {
                var pins = new List<(string, string, TuningPin)>();
                foreach (var state in _states)
                    if (state.Pin is { } pin)
                        pins.Add((state.Subject.Name, state.Tunable.Name, pin));
                return new TuningOverrides(pins, IsFrozen_NeedsLock ? _frozenUntil : null);
            }
        }
    }

    /// <summary>Until when nothing is proposed or tried; null while the tuner is not frozen.</summary>
    public DateTimeOffset? FrozenUntil
    {
        get
        {
            lock (_gate)
                return IsFrozen_NeedsLock ? _frozenUntil : null;
        }
    }

    private bool IsFrozen_NeedsLock => _frozenFor is { } period && _time.GetElapsedTime(_frozenSince) < period;

    /// <summary>Stops everything for some time; a trial under way is taken back at once.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="period"/> is not positive or above <see cref="LongestOverride"/>.</exception>
    public void Freeze(TimeSpan period)
    {
        CheckPeriod(period);
        lock (_gate)
        {
            Abandon_NeedsLock("The tuner was frozen.");
            (_frozenSince, _frozenFor, _frozenUntil) = (_time.GetTimestamp(), period, _time.GetUtcNow() + period);
            _overridesVersion++;
        }
    }

    /// <summary>Ends <see cref="Freeze"/>.</summary>
    public void Unfreeze()
    {
        lock (_gate)
        {
            _frozenFor = null;
            _overridesVersion++;
        }
    }

    /// <summary>
    /// Takes up a pin of an earlier run. When it is released, the value that the start has given comes back: the configuration may have been edited since. A
    /// setting that is gone is passed over; a value that is no longer possible, or whose time is over, goes into the history.
    /// </summary>
    /// <param name="subject">Name of the endpoint.</param>
    /// <param name="tunable">Name of the setting.</param>
    /// <param name="value">The pinned value.</param>
    /// <param name="left">Time that is left of it; at most <see cref="LongestOverride"/>.</param>
    public void Resume(string subject, string tunable, double value, TimeSpan left)
    {
        lock (_gate)
        {
            if (Find_NeedsLock(subject, tunable) is not { } state)
                return;
            var before = state.Tunable.Get();
            _overridesVersion++;
            if (left <= TimeSpan.Zero)
            {
                Record_NeedsLock(state, value, before, TuningOutcome.Released, "Its time was over while the service was off.");
                return;
            }

            try
            {
                Take_NeedsLock(subject, tunable, value);
                state.Tunable.Set(value);
                Pin_NeedsLock(state, value, before, left < LongestOverride ? left : LongestOverride);
            }
            catch (ArgumentException refused)
            {
                Record_NeedsLock(state, before, value, TuningOutcome.Refused, refused.Message);
            }
        }
    }

    /// <summary>The settings of a subject with their pins.</summary>
    public (Tunable Tunable, double Value, double Configured, TuningPin? Pin)[] Of(string subject)
    {
        lock (_gate)
        {
            ReleaseExpired_NeedsLock();
            var states = _states.FindAll(state => state.Subject.Name == subject).ToArray();
            return Array.ConvertAll(states, static state => (state.Tunable, state.Tunable.Get(), state.Configured, state.Pin));
        }
    }

    /// <summary>Sets a value for good. False when there is no such setting. A pin ends.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside of the range of the setting.</exception>
    /// <exception cref="ArgumentException">Another setting forbids the value.</exception>
    public bool TrySetByHand(string subject, string tunable, double value)
    {
        lock (_gate)
        {
            if (Take_NeedsLock(subject, tunable, value) is not { } state)
                return false;
            var before = state.Pin?.Before ?? state.Tunable.Get();
            state.Tunable.Set(value);
            (state.Pin, state.IsByHand) = (null, true);
            _overridesVersion++;
            Record_NeedsLock(state, before, value, TuningOutcome.SetByHand, "A person set it.");
            return true;
        }
    }

    /// <summary>Makes a value hold until it is released or the time is over, whatever the tuner thinks. False when there is no such setting.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside of the range of the setting, or the period not positive or above <see cref="LongestOverride"/>.</exception>
    /// <exception cref="ArgumentException">Another setting forbids the value.</exception>
    public bool TryPin(string subject, string tunable, double value, TimeSpan period)
    {
        CheckPeriod(period);
        lock (_gate)
        {
            if (Take_NeedsLock(subject, tunable, value) is not { } state)
                return false;
            var before = state.Tunable.Get();
            state.Tunable.Set(value);
            Pin_NeedsLock(state, value, state.Pin?.Before ?? before, period);
            Record_NeedsLock(state, before, value, TuningOutcome.Pinned, FormattableString.Invariant($"A person pinned it for {period.TotalMinutes:0.#} min."));
            return true;
        }
    }

    /// <summary>Ends a pin; the value before it holds again. False when there is none.</summary>
    public bool TryRelease(string subject, string tunable)
    {
        lock (_gate)
        {
            if (Find_NeedsLock(subject, tunable) is not { Pin: not null } state)
                return false;
            Release_NeedsLock(state, "A person released it.");
            return true;
        }
    }

    private static void CheckPeriod(TimeSpan period)
    {
        if (period <= TimeSpan.Zero || period > LongestOverride)
            throw new ArgumentOutOfRangeException(nameof(period), period, $"An override lasts between 1 s and {LongestOverride.TotalDays:0} days.");
    }

    private void Pin_NeedsLock(TunableState state, double value, double before, TimeSpan period)
    {
        state.Pin = new(value, before, _time.GetUtcNow() + period);
        state.PinEnds = _time.GetTimestamp() + (long)(period.TotalSeconds * _time.TimestampFrequency);
        _overridesVersion++;
    }

    private TunableState? Find_NeedsLock(string subject, string tunable) =>
        _states.Find(state => state.Subject.Name == subject && state.Tunable.Name == tunable);

    /// <summary>The setting, with nothing of the tuner's under way on it.</summary>
    private TunableState? Take_NeedsLock(string subject, string tunable, double value)
    {
        if (Find_NeedsLock(subject, tunable) is not { } state)
            return null;
        var range = state.Tunable;
        if (!(value >= range.Minimum && value <= range.Maximum) || range.Fit(value) != value)
        {
            throw new ArgumentOutOfRangeException(
                nameof(value), value, FormattableString.Invariant($"{range.Name} is {range.Minimum} to {range.Maximum} {range.Unit} in steps of {range.Grain}."));
        }

        // Any trial on this subject, not only of this setting: what it measures would be ours.
        if (_proposed?.Subject == state.Subject)
            Abandon_NeedsLock("A person changed a setting.");
        return state;
    }

    private void ReleaseExpired_NeedsLock()
    {
        var now = _time.GetTimestamp();
        foreach (var state in _states)
            if (state.Pin is not null && now >= state.PinEnds)
                Release_NeedsLock(state, "Its time was over.");
    }

    private void Release_NeedsLock(TunableState state, string reason)
    {
        var pin = state.Pin!;
        state.Pin = null;
        _overridesVersion++;
        if (_proposed?.Subject == state.Subject)
            Abandon_NeedsLock("A pinned value was released.");
        if (TrySet(state.Tunable, pin.Before, out var refusal))
            Record_NeedsLock(state, pin.Value, pin.Before, TuningOutcome.Released, reason);
        else
            Record_NeedsLock(state, pin.Value, pin.Before, TuningOutcome.Refused, refusal);
    }
}
