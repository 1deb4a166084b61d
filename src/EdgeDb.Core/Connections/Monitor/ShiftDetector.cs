namespace EdgeDb.Core.Connections;

/// <summary>
/// Tells when one shape's latency has left its usual range. It follows the mean of the logarithm of each window (the geometric mean): in logarithms even
/// a heavy tail is tame, and where a cache makes two heaps of latencies the mean moves little while a median jumps from one to the other. The
/// usual is the median of the latest windows, its spread their MAD or what the number of records allows, whichever is larger.
/// </summary>
/// <remarks>
/// Raised after two windows in a row that are at least twice as slow and four spreads away; ended after two within 1.5 times. A level that lasts for
/// <see cref="HistoryLength"/> windows is the new usual. In ShiftDetectorTests four stationary loads, two of them with a heavy tail, raise nothing in
/// 20,000 windows each, and three times as slow is raised within four windows of 100 records (of 1,000 where a cache answers every second one).
/// </remarks>
internal sealed class ShiftDetector
{
    /// <summary>Windows the usual is made of.</summary>
    public const int HistoryLength = 12;

    private const int LeastHistory = 5;
    private const int LeastCount = 30;
    private const int WindowsInARow = 2;
    private const double RaiseSpreads = 4;

    // The standard deviation of a normal distribution from its MAD.
    private const double MadScale = 1.4826;

    // A constant latency would have no spread at all, and a tenth more would be an anomaly.
    private const double LeastSpread = 0.05;

    private static readonly double RaiseDistance = Math.Log(2);
    private static readonly double EndDistance = Math.Log(1.5);
    private static readonly double[] LogMiddle = CreateLogarithms();

    private readonly double[] _history = new double[HistoryLength];
    private int _known;
    private int _next;
    private int _against;
    private int _raisedFor;
    private bool _raised;

    /// <summary>True while the latency is above its usual range.</summary>
    public bool IsRaised => Volatile.Read(ref _raised);

    /// <summary>A window has ended with these counts for each bucket. Not thread-safe.</summary>
    public void Add(ReadOnlySpan<int> counts)
    {
        long count = 0;
        double sum = 0, squares = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            if (counts[i] == 0)
                continue;
            count += counts[i];
            sum += counts[i] * LogMiddle[i];
            squares += counts[i] * LogMiddle[i] * LogMiddle[i];
        }
        if (count < LeastCount)
            return;
        var mean = sum / count;
        var error = Math.Sqrt(Math.Max(0, (squares / count) - (mean * mean)) / count);
        Judge(mean, error);
    }

    private void Judge(double mean, double error)
    {
        if (_known < LeastHistory)
        {
            Remember(mean);
            return;
        }

        Span<double> sorted = stackalloc double[_known];
        _history.AsSpan(0, _known).CopyTo(sorted);
        var usual = Median(sorted);
        foreach (ref var value in sorted)
            value = Math.Abs(value - usual);
        var spread = Math.Max(Math.Max(MadScale * Median(sorted), error), LeastSpread);

        var distance = mean - usual;
        var isAgainst = _raised ? distance < EndDistance : distance >= RaiseDistance && distance >= RaiseSpreads * spread;
        _against = isAgainst ? _against + 1 : 0;
        if (_against >= WindowsInARow)
        {
            Volatile.Write(ref _raised, !_raised);
            (_against, _raisedFor) = (0, 0);
        }

        // What is judged an anomaly must not become the usual by and by; but a level that stays has.
        if (_raised && ++_raisedFor >= HistoryLength)
        {
            Volatile.Write(ref _raised, false);
            (_known, _next, _raisedFor) = (0, 0, 0);
        }
        if (!_raised && !isAgainst)
            Remember(mean);
    }

    private void Remember(double mean)
    {
        _history[_next] = mean;
        _next = (_next + 1) % HistoryLength;
        _known = Math.Min(_known + 1, HistoryLength);
    }

    private static double Median(Span<double> values)
    {
        values.Sort();
        return (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }

    private static double[] CreateLogarithms()
    {
        var logarithms = new double[LatencyBuckets.Count];
        for (var i = 0; i < logarithms.Length; i++)
            logarithms[i] = Math.Log(Math.Max(1, LatencyBuckets.MiddleTicks(i)));
        return logarithms;
    }
}
