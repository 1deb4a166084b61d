namespace EdgeDb.Core.Learning;

/// <summary>
/// The newest values of a series sampled at equal steps, bounded. Every value is stored twice, one capacity apart, so that any run of
/// neighbours is one span and can be compared with vector instructions.
/// </summary>
internal sealed class SeriesHistory
{
    private readonly double[] _values;
    private readonly bool[] _measured;
    private readonly int _capacity;
    private int _next;

    /// <param name="capacity">Values kept; at least 1.</param>
    public SeriesHistory(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _capacity = capacity;
        _values = new double[2 * capacity];
        _measured = new bool[capacity];
    }

    /// <summary>Values that are kept at most.</summary>
    public int Capacity => _capacity;

    /// <summary>Values that are held.</summary>
    public int Count { get; private set; }

    /// <summary>Values that were ever added; the position of the newest one on the series' own clock is one less.</summary>
    public long Position { get; private set; }

    /// <summary>The value <paramref name="age"/> steps before the newest; 0 is the newest.</summary>
    public double this[int age] => Window(1, age)[0];

    /// <summary>Whether the value <paramref name="age"/> steps before the newest was measured; false when it was filled in.</summary>
    public bool IsMeasured(int age) => _measured[(_next - 1 - age + (2 * _capacity)) % _capacity];

    public void Add(double value, bool measured)
    {
        _measured[_next] = measured;
        _values[_next] = value;
        _values[_next + _capacity] = value;
        _next = _next + 1 == _capacity ? 0 : _next + 1;
        Count = Math.Min(Count + 1, _capacity);
        Position++;
    }

    /// <summary><paramref name="length"/> neighbours, oldest first, the last of them <paramref name="age"/> steps before the newest.</summary>
    public ReadOnlySpan<double> Window(int length, int age = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length + age, Count);
        var end = _next + _capacity - age;
        if (end - length >= _capacity)
            end -= _capacity;
        return _values.AsSpan(end - length, length);
    }

    /// <summary>Mean of up to <paramref name="length"/> neighbours as in <see cref="Window"/>; shorter at the beginning of the series.</summary>
    public double Mean(int length, int age = 0)
    {
        length = Math.Min(length, Count - age);
        double sum = 0;
        foreach (var value in Window(length, age))
            sum += value;
        return sum / length;
    }
}
