namespace EdgeDb.Core.Connections;

/// <summary>
/// Circuits of the operation classes that failed lately; a class that works has none and costs nothing. There are as few as <see cref="QueryClass"/> has
/// values, so nothing bounds them besides. Not thread-safe: <see cref="EndpointBreaker"/> calls it under its lock.
/// </summary>
internal sealed class ClassCircuits(CircuitBreakerOptions options, TimeProvider time, string endpoint, CircuitEventLog events)
{
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan PrunePeriod = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private long _prunedAt = time.GetTimestamp();

    /// <summary>Classes that are followed.</summary>
    public int Count => _entries.Count;

    /// <summary>How many of them are not closed.</summary>
    public int NotClosed { get; private set; }

    public Circuit? Find(string? operationClass) => Lookup(operationClass)?.Circuit;

    public bool Enter(Circuit circuit, long now)
    {
        var isProbe = circuit.Enter(now);
        Recount();
        return isProbe;
    }

    /// <summary>The class was answered without failing.</summary>
    public void Succeeded(string? operationClass, in CircuitTicket ticket, long now)
    {
        if (Lookup(operationClass) is not { } entry || !Counts(entry, ticket))
            return;
        entry.FailuresInARow = 0;
        if (ticket.IsClassProbe)
            entry.Circuit.ProbeAnswered(now);
        else if (entry.Circuit.IsSettled(now))
            _entries.Remove(operationClass!);
        Recount();
    }

    /// <summary>The endpoint answered that the operation failed.</summary>
    public void Failed(string? operationClass, in CircuitTicket ticket, long now)
    {
        if (operationClass is null)
            return;
        var entry = Obtain(operationClass, now);
        if (!Counts(entry, ticket))
            return;
        if (entry.Circuit.State == CircuitState.Closed && time.GetElapsedTime(entry.LastFailureAt, now) >= Forgotten)
            entry.FailuresInARow = 0;
        if (entry.FailuresInARow++ == 0)
            entry.FirstFailureAt = now;
        entry.LastFailureAt = now;
        if (ticket.IsClassProbe)
        {
            entry.Circuit.ProbeFailed(FailureKind.Query, now);
        }
        else if (entry.FailuresInARow >= options.QueryFailures && time.GetElapsedTime(entry.FirstFailureAt, now) >= options.MinimumSpan)
        {
            var reason = $"{entry.FailuresInARow} operations of this class in a row failed (QueryFailures is {options.QueryFailures}).";
            entry.Circuit.Open(FailureKind.Query, entry.FailuresInARow, reason, now);
        }

        Recount();
    }

    /// <summary>The work said nothing about its class.</summary>
    public static void SaidNothing(in CircuitTicket ticket)
    {
        if (ticket.IsClassProbe && ticket.Class!.Epoch == ticket.ClassEpoch)
            ticket.Class.ProbeSaidNothing();
    }

    public void Isolate(string operationClass, string reason, DateTimeOffset? since, long now)
    {
        Obtain(operationClass, now).Circuit.Isolate(reason, since);
        Recount();
    }

    public void Reset(string operationClass, string reason, long now)
    {
        if (!_entries.Remove(operationClass, out var entry))
            return;
        entry.Circuit.Reset(reason, now);
        Recount();
    }

    public void ResetAll(string reason, long now)
    {
        foreach (var name in _entries.Keys.ToArray())
            Reset(name, reason, now);
    }

    /// <summary>Drops closed classes without a failure for ten minutes: while any class is followed, every outcome takes the breaker's lock.</summary>
    public void Prune(long now)
    {
        if (_entries.Count == 0 || time.GetElapsedTime(_prunedAt, now) < PrunePeriod)
            return;
        _prunedAt = now;
        // Removing from a dictionary does not end its enumeration.
        foreach (var (name, entry) in _entries)
        {
            if (entry.Circuit.IsSettled(now) && time.GetElapsedTime(entry.LastFailureAt, now) >= Forgotten)
                _entries.Remove(name);
        }
    }

    public ClassCircuitSnapshot[] Snapshot(long now)
    {
        var classes = new List<ClassCircuitSnapshot>(_entries.Count);
        foreach (var (name, entry) in _entries)
        {
            var circuit = entry.Circuit;
            classes.Add(new(name, circuit.State, circuit.Reason, circuit.State == CircuitState.Closed ? null : circuit.RetryAfter(now), entry.FailuresInARow));
        }

        return [.. classes];
    }

    // Work that was let in before its class had a circuit counts while that is closed, so that the first failures at once make one streak.
    private static bool Counts(Entry entry, in CircuitTicket ticket) => ReferenceEquals(entry.Circuit, ticket.Class)
        ? ticket.ClassEpoch == entry.Circuit.Epoch && (ticket.IsClassProbe || entry.Circuit.State == CircuitState.Closed)
        : entry.Circuit.State == CircuitState.Closed;

    private Entry? Lookup(string? operationClass) =>
        operationClass is not null && _entries.TryGetValue(operationClass, out var entry) ? entry : null;

    private Entry Obtain(string operationClass, long now) =>
        Lookup(operationClass) ?? (_entries[operationClass] = new Entry(new Circuit(options, time, endpoint, operationClass, events)) { LastFailureAt = now });

    // A few entries, and only while something fails; a running count would have to be kept by every change of a circuit.
    private void Recount()
    {
        var notClosed = 0;
        foreach (var entry in _entries.Values)
            notClosed += entry.Circuit.State == CircuitState.Closed ? 0 : 1;
        NotClosed = notClosed;
    }

    private sealed class Entry(Circuit circuit)
    {
        public Circuit Circuit { get; } = circuit;

        public int FailuresInARow { get; set; }

        public long FirstFailureAt { get; set; }

        public long LastFailureAt { get; set; }
    }
}
