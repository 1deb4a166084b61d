using System.Diagnostics.CodeAnalysis;

namespace EdgeDb.Core.Connections;

/// <summary>
/// Improves settings while the service runs, one at a time and by one step: it proposes a change where there is enough traffic to judge it, compares the old
/// and the new value (<see cref="TuningTrial"/>), keeps what made requests cheaper and takes everything else back. Without traffic it does nothing.
/// <para><see cref="Tick"/> is called once a second; everything is thread-safe. The history is kept in memory (the latest <see cref="Kept"/>) and handed
/// to whoever stores it through <see cref="TryPeekUnsaved"/>.</para>
/// </summary>
internal sealed partial class Tuner
{
    /// <summary>Entries of the history in memory.</summary>
    public const int Kept = 256;

    // Three windows in a row with traffic are a load, one is somebody who opened the calendar.
    private const int BusyWindows = 3;

    private readonly Lock _gate = new();
    private readonly TunerOptions _options;
    private readonly TimeProvider _time;
    private readonly Random _lot;
    private readonly List<TunableState> _states = [];
    private readonly Dictionary<TuningSubject, Traffic> _traffic = [];
    private readonly Queue<TuningEntry> _history = new();
    private readonly Queue<TuningEntry> _unsaved = new();
    private readonly long[] _outcomes = new long[Enum.GetValues<TuningOutcome>().Length];

    private TunerMode _mode;
    private TuningTrial? _trial;
    private TuningProposal? _proposal;
    private TunableState? _proposed;
    private long _proposedAt;
    private long _lastId;

    /// <summary>Throws <see cref="ArgumentException"/> with every problem when the options are wrong.</summary>
    /// <param name="options">How it works.</param>
    /// <param name="time">The clock.</param>
    /// <param name="seed">Of the lots that order the windows.</param>
    public Tuner(TunerOptions options, TimeProvider time, int seed)
    {
        var problems = new List<string>();
        options.Validate(problems);
        problems.ThrowIfAny();
        (_options, _time, _lot, _mode) = (options, time, new Random(seed), options.Mode);
    }

    /// <summary>Who decides. Leaving a mode ends what is under way.</summary>
    public TunerMode Mode
    {
        get
        {
            lock (_gate)
                return _mode;
        }

        set
        {
            lock (_gate)
            {
                if (_mode == value)
                    return;
                Abandon_NeedsLock("The mode was changed.");
                _mode = value;
            }
        }
    }

    /// <summary>What is proposed or tried now; null when nothing is.</summary>
    public TuningProposal? Proposal
    {
        get
        {
            lock (_gate)
                return _trial is { } trial ? _proposal! with { IsTried = true, Pairs = trial.Pairs, Effect = trial.Effect } : _proposal;
        }
    }

    /// <summary>The latest entries, newest first.</summary>
    public TuningEntry[] History
    {
        get
        {
            lock (_gate)
                return [.. _history.Reverse()];
        }
    }

    /// <summary>Entries of the history with this outcome since the start, for metrics.</summary>
    public long CountOf(TuningOutcome outcome)
    {
        lock (_gate)
            return _outcomes[(int)outcome];
    }

    /// <summary>Adds what may be tuned. What the history says was kept for the same configuration is set again.</summary>
    /// <param name="subject">It.</param>
    /// <param name="kept">The latest value that holds for each setting, from the stored history; null for none.</param>
    public void Add(TuningSubject subject, Func<string, TuningEntry?>? kept = null)
    {
        lock (_gate)
        {
            _traffic.Add(subject, new Traffic(subject.Read(), _time.GetTimestamp()));
            foreach (var tunable in subject.Tunables)
            {
                var state = new TunableState(subject, tunable);
                _states.Add(state);

                // Who edits the configuration means what he writes: a value learnt for another one does not override it.
                if (kept?.Invoke(tunable.Name) is { } entry && entry.Configured == state.Configured)
                    state.IsByHand = TrySet(tunable, tunable.Fit(entry.To), out _) && entry.Outcome == TuningOutcome.SetByHand;
            }
        }
    }

    /// <summary>Goes on: ends pins, measures, decides, proposes.</summary>
    public void Tick()
    {
        lock (_gate)
        {
            ReleaseExpired_NeedsLock();
            if (IsFrozen_NeedsLock || _mode == TunerMode.Off)
                return;
            Measure_NeedsLock();
            if (_trial is not null)
                Continue_NeedsLock();
            else if (_proposal is null)
                Propose_NeedsLock();
            else if (_time.GetElapsedTime(_proposedAt) >= _options.ProposalLifetime)
                Reject_NeedsLock("Nobody answered the proposal.");
        }
    }

    /// <summary>Tries the proposal that waits. False when it is not this one.</summary>
    public bool TryApprove(long id)
    {
        lock (_gate)
        {
            if (_proposal?.Id != id || _trial is not null || IsFrozen_NeedsLock)
                return false;
            Begin_NeedsLock();
            return true;
        }
    }

    /// <summary>Ends the proposal that waits or is being tried. False when it is not this one.</summary>
    public bool TryReject(long id)
    {
        lock (_gate)
        {
            if (_proposal?.Id != id)
                return false;
            Reject_NeedsLock("A person rejected it.");
            return true;
        }
    }

    /// <summary>The oldest entry that is not stored yet.</summary>
    public bool TryPeekUnsaved([NotNullWhen(true)] out TuningEntry? entry)
    {
        lock (_gate)
            return _unsaved.TryPeek(out entry);
    }

    /// <summary>That entry is stored.</summary>
    public void MarkSaved(TuningEntry entry)
    {
        lock (_gate)
            if (_unsaved.TryPeek(out var oldest) && ReferenceEquals(oldest, entry))
                _unsaved.Dequeue();
    }

    private void Measure_NeedsLock()
    {
        foreach (var (subject, traffic) in _traffic)
        {
            if (_time.GetElapsedTime(traffic.Since) < _options.Window)
                continue;
            var reading = subject.Read();
            var window = TuningWindow.Between(traffic.Reading, reading);
            traffic.Busy = window.Asked >= _options.WindowRequests ? traffic.Busy + 1 : 0;
            (traffic.Latest, traffic.Reading, traffic.Since) = (window, reading, _time.GetTimestamp());
        }
    }

    private void Propose_NeedsLock()
    {
        TunableState? chosen = null;
        var to = 0.0;
        foreach (var state in _states)
        {
            if (!state.IsAllowed || state.Pin is not null || _traffic[state.Subject].Busy < BusyWindows || chosen?.Order <= state.Order || state.Candidate(_time) is not { } candidate)
                continue;
            (chosen, to) = (state, candidate);
        }

        if (chosen is null)
            return;
        _proposed = chosen;
        _proposedAt = _time.GetTimestamp();
        _proposal = new(++_lastId, _time.GetUtcNow(), chosen.Subject.Name, chosen.Tunable.Name, chosen.Tunable.Get(), to, IsTried: false, 0, 0);
        if (_mode == TunerMode.Auto)
            Begin_NeedsLock();
    }

    private void Begin_NeedsLock()
    {
        try
        {
            var before = _traffic[_proposed!.Subject].Latest;
            _trial = new TuningTrial(_proposed.Subject, _proposed.Tunable, _proposal!.From, _proposal.To, before, _options, _time, _lot);
        }
        catch (ArgumentException refused)
        {
            End_NeedsLock(TuningOutcome.Refused, refused.Message);
        }
    }

    private void Continue_NeedsLock()
    {
        try
        {
            if (_trial!.Continue() is { } end)
                End_NeedsLock(end.Outcome, end.Reason);
        }
        catch (ArgumentException refused)
        {
            End_NeedsLock(TuningOutcome.Refused, refused.Message);
        }
    }

    private void Reject_NeedsLock(string reason) => End_NeedsLock(TuningOutcome.Rejected, reason);

    private void Abandon_NeedsLock(string reason)
    {
        if (_proposal is not null)
            End_NeedsLock(TuningOutcome.Abandoned, reason);
    }

    /// <summary>Sets the value that holds from now on and writes the history.</summary>
    private void End_NeedsLock(TuningOutcome outcome, string reason)
    {
        var (proposal, state, trial) = (_proposal!, _proposed!, _trial);
        (_proposal, _proposed, _trial) = (null, null, null);

        // The next change is not made before the effects of this one are over.
        _traffic[state.Subject].Busy = 0;
        if (trial is not null && !TrySet(state.Tunable, outcome == TuningOutcome.Kept ? proposal.To : proposal.From, out var refusal))
            (outcome, reason) = (TuningOutcome.Refused, refusal);

        if (outcome == TuningOutcome.Kept)
            state.IsByHand = false;
        if (outcome != TuningOutcome.Abandoned)
            state.Tried(proposal.To > proposal.From, outcome == TuningOutcome.Kept, _time);
        Record_NeedsLock(state, proposal.From, proposal.To, outcome, reason, trial?.Pairs ?? 0, trial?.Effect ?? 0, trial?.Chance ?? 1);
    }

    private void Record_NeedsLock(
        TunableState state, double from, double to, TuningOutcome outcome, string reason, int pairs = 0, double effect = 0, double chance = 1)
    {
        var entry = new TuningEntry(
            _time.GetUtcNow(), state.Subject.Name, state.Tunable.Name, state.Tunable.Unit, from, to, state.Configured, outcome, reason, pairs, effect, chance);
        Add(_history, entry);
        Add(_unsaved, entry);
        _outcomes[(int)outcome]++;

        static void Add(Queue<TuningEntry> queue, TuningEntry entry)
        {
            if (queue.Count == Kept)
                queue.Dequeue();
            queue.Enqueue(entry);
        }
    }

    private static bool TrySet(Tunable tunable, double value, out string refusal)
    {
        try
        {
            tunable.Set(value);
            refusal = "";
            return true;
        }
        catch (ArgumentException refused)
        {
            refusal = refused.Message;
            return false;
        }
    }

    private sealed class Traffic(TuningReading reading, long since)
    {
        public TuningReading Reading { get; set; } = reading;

        public long Since { get; set; } = since;

        public TuningWindow Latest { get; set; }

        public int Busy { get; set; }
    }
}
