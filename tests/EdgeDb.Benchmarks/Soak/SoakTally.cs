using EdgeDb.Core.Connections;

namespace EdgeDb.Benchmarks.Soak;

/// <summary>How the requests of one target ended. Takes the same memory however many there were.</summary>
internal sealed class SoakTally
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, long> _failures = new(StringComparer.Ordinal);
    private long _requests;
    private long _good;
    private long _late;
    private TimeSpan _worst;

    public long Requests => Interlocked.Read(ref _requests);

    public long Good => Interlocked.Read(ref _good);

    /// <summary>Requests that outlasted their deadline by more than the slack.</summary>
    public long Late => Interlocked.Read(ref _late);

    /// <summary>Requests that were let in: all but those that an open circuit refused.</summary>
    public long Asked
    {
        get
        {
            lock (_gate)
                return _requests - _failures.GetValueOrDefault(nameof(CircuitOpenException));
        }
    }

    /// <summary>The longest time past a deadline.</summary>
    public TimeSpan Worst
    {
        get
        {
            lock (_gate)
                return _worst;
        }
    }

    /// <param name="over">Time past the deadline; below zero when it was kept.</param>
    /// <param name="failure">Null when it succeeded.</param>
    /// <param name="isLate">More than the slack.</param>
    public void Add(TimeSpan over, Exception? failure, bool isLate)
    {
        lock (_gate)
        {
            _requests++;
            if (failure is null)
                _good++;
            else
                _failures[failure.GetType().Name] = _failures.GetValueOrDefault(failure.GetType().Name) + 1;
            if (isLate)
                _late++;
            if (over > _worst)
                _worst = over;
        }
    }

    /// <summary>What its failures were, for the report.</summary>
    public string DescribeFailures()
    {
        lock (_gate)
            return string.Join(", ", _failures.Select(static pair => $"{pair.Value} {pair.Key}"));
    }
}
