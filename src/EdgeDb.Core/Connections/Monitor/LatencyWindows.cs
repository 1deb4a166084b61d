namespace EdgeDb.Core.Connections;

/// <summary>
/// Counts of durations in two windows of time, the running and the one before it: old durations are forgotten a window at a time, and there is
/// always a full window to look at. 4.2 KB. Recording is three atomic additions and takes no lock.
/// </summary>
internal sealed class LatencyWindows
{
    // A window of a quiet board would end before it says anything: it goes on until it has enough, for up to so many times its length.
    private const int LongestWindow = 15;

    private readonly long _windowTicks;
    private readonly int _leastCount;
    private readonly Lock _gate = new();
    private readonly long[] _octaves = new long[LatencyBuckets.OctaveCount + 1];
    private int[] _running = new int[LatencyBuckets.Count];
    private int[] _before = new int[LatencyBuckets.Count];
    private long _dueTicks = long.MinValue;
    private long _startedTicks;
    private long _count;
    private long _totalTicks;
    private long _runningFrom;
    private long _beforeFrom;

    /// <param name="windowTicks">Shortest length of a window, in ticks.</param>
    /// <param name="leastCount">A window with fewer records goes on, for up to 15 times its length.</param>
    public LatencyWindows(long windowTicks, int leastCount)
    {
        _windowTicks = windowTicks;
        _leastCount = leastCount;
    }

    /// <summary>Everything ever recorded.</summary>
    public long TotalCount => Volatile.Read(ref _count);

    /// <summary>Sum of every duration ever recorded, in ticks.</summary>
    public long TotalTicks => Volatile.Read(ref _totalTicks);

    /// <summary>What both windows hold.</summary>
    public long Count => Volatile.Read(ref _count) - Volatile.Read(ref _beforeFrom);

    /// <summary>When the running window ends unless it has too little; long past when nothing is recorded any more.</summary>
    public long DueTicks => Volatile.Read(ref _dueTicks);

    /// <summary>Records a duration.</summary>
    /// <param name="nowTicks">Time on the clock of all calls, in ticks.</param>
    /// <param name="durationTicks">What it took, in ticks.</param>
    /// <param name="ended">Receives the counts when a window has just ended; one caller does.</param>
    public void Record(long nowTicks, long durationTicks, WindowEnded? ended = null)
    {
        if (nowTicks >= Volatile.Read(ref _dueTicks))
            EndWindow(nowTicks, ended);
        Interlocked.Increment(ref Volatile.Read(ref _running)[LatencyBuckets.IndexOf(durationTicks)]);
        Interlocked.Increment(ref _count);
        Interlocked.Add(ref _totalTicks, durationTicks);
    }

    /// <summary>Adds the counts of both windows to <paramref name="counts"/>, which has <see cref="LatencyBuckets.Count"/> places.</summary>
    public void AddRecentTo(Span<long> counts)
    {
        lock (_gate)
            for (var i = 0; i < counts.Length; i++)
                counts[i] += Volatile.Read(ref _running[i]) + Volatile.Read(ref _before[i]);
    }

    /// <summary>
    /// Adds everything ever recorded to <paramref name="octaves"/>, a count for each power of two: place 0 is below 1.6 µs, place n below
    /// 2^(n+4) ticks. Never falls.
    /// </summary>
    public void AddTotalTo(Span<long> octaves)
    {
        lock (_gate)
        {
            for (var i = 0; i < octaves.Length; i++)
                octaves[i] += _octaves[i];
            for (var i = 0; i < LatencyBuckets.Count; i++)
                octaves[i / LatencyBuckets.PartsPerOctave] += Volatile.Read(ref _running[i]) + Volatile.Read(ref _before[i]);
        }
    }

    private void EndWindow(long nowTicks, WindowEnded? ended)
    {
        lock (_gate)
        {
            if (nowTicks < _dueTicks)
                return;
            var first = _dueTicks == long.MinValue;
            var silent = !first && nowTicks - _dueTicks > LongestWindow * _windowTicks;
            if (!first && !silent && _count - _runningFrom < _leastCount && nowTicks - _startedTicks < LongestWindow * _windowTicks)
            {
                Volatile.Write(ref _dueTicks, nowTicks + _windowTicks);
                return;
            }

            if (!first)
            {
                ended?.Invoke(_running);
                Rotate_NeedsLock();
            }
            // After a long silence also the window that just ended is no news.
            if (silent)
                Rotate_NeedsLock();
            _startedTicks = nowTicks;
            Volatile.Write(ref _dueTicks, nowTicks + _windowTicks);
        }
    }

    private void Rotate_NeedsLock()
    {
        // Exchanged one by one: a caller that took this array two windows ago may still count into it, and nothing may be lost for the totals.
        for (var i = 0; i < _before.Length; i++)
            if (_before[i] != 0)
                _octaves[i / LatencyBuckets.PartsPerOctave] += Interlocked.Exchange(ref _before[i], 0);
        var cleared = _before;
        Volatile.Write(ref _before, _running);
        Volatile.Write(ref _running, cleared);
        Volatile.Write(ref _beforeFrom, _runningFrom);
        _runningFrom = Volatile.Read(ref _count);
    }

    /// <summary>A window has ended with these counts, one for each bucket. Called under the lock: looks at them and returns.</summary>
    public delegate void WindowEnded(ReadOnlySpan<int> counts);
}
