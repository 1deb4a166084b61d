namespace EdgeDb.Core.Learning;

/// <summary>The newest values of a stream, bounded, held in order of size as well: quantiles by position, equal values side by side.</summary>
internal sealed class SortedWindow
{
    private readonly double[] _arrived;
    private readonly double[] _sorted;
    private int _next;

    /// <param name="capacity">Values kept; at least 1. Adding costs one move of at most so many values.</param>
    public SortedWindow(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _arrived = new double[capacity];
        _sorted = new double[capacity];
    }

    public int Count { get; private set; }

    /// <summary>The held values, ascending.</summary>
    public ReadOnlySpan<double> Sorted => _sorted.AsSpan(0, Count);

    /// <summary>The middle value, or the mean of the two middle ones. NaN when empty.</summary>
    public double Median => Count == 0 ? double.NaN : (_sorted[(Count - 1) / 2] + _sorted[Count / 2]) / 2;

    /// <summary>Adds a value, which must not be NaN; the oldest one leaves when the window is full.</summary>
    public void Add(double value)
    {
        // -0 equals 0 but sorts before it: one form of zero, or the oldest value would not be found again.
        value += 0.0;
        if (Count == _arrived.Length)
            Remove(_arrived[_next]);
        _arrived[_next] = value;
        _next = _next + 1 == _arrived.Length ? 0 : _next + 1;

        var at = Sorted.BinarySearch(value);
        if (at < 0)
            at = ~at;
        _sorted.AsSpan(at, Count - at).CopyTo(_sorted.AsSpan(at + 1));
        _sorted[at] = value;
        Count++;
    }

    private void Remove(double value)
    {
        var at = Sorted.BinarySearch(value);
        _sorted.AsSpan(at + 1, Count - at - 1).CopyTo(_sorted.AsSpan(at));
        Count--;
    }
}
