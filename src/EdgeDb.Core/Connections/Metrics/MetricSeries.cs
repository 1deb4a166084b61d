namespace EdgeDb.Core.Connections;

/// <summary>One family's values for one set of labels.</summary>
/// <param name="labels">UTF-8, escaped: <c>a="b",c="d"</c>; empty for none.</param>
/// <param name="bounds">Upper bounds of a histogram; null for a single value.</param>
internal sealed class MetricSeries(byte[] labels, double[]? bounds)
{
    private readonly Lock _gate = new();
    private readonly long[] _buckets = bounds is null ? [] : new long[bounds.Length + 1];
    private double _value;

    /// <summary>As it is written between braces.</summary>
    public byte[] Labels { get; } = labels;

    /// <summary>The collection that last set it: what an observed instrument no longer tells is gone.</summary>
    public long SeenAt { get; private set; }

    /// <summary>The value, or the sum of a histogram.</summary>
    public double Value
    {
        get
        {
            lock (_gate)
                return _value;
        }
    }

    public void Add(double value)
    {
        lock (_gate)
            _value += value;
    }

    /// <param name="value">Replaces the value.</param>
    /// <param name="collection">Number of the collection that asked for it.</param>
    public void Set(double value, long collection)
    {
        lock (_gate)
        {
            // Two instruments of one name and one set of labels, or tags that are left out: their values belong together.
            _value = SeenAt == collection && collection != 0 ? _value + value : value;
            SeenAt = collection;
        }
    }

    /// <summary>Adds a value to a histogram.</summary>
    public void Record(double value)
    {
        var bucket = 0;
        while (bucket < bounds!.Length && !(value <= bounds[bucket]))
            bucket++;
        lock (_gate)
        {
            _buckets[bucket]++;
            _value += value;
        }
    }

    /// <summary>Copies the histogram's counts, one more than it has bounds, and returns its sum: all of one moment.</summary>
    public double CopyTo(Span<long> buckets)
    {
        lock (_gate)
        {
            _buckets.CopyTo(buckets);
            return _value;
        }
    }
}
