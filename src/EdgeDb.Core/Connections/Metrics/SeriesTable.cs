using System.Globalization;
using System.Text;

namespace EdgeDb.Core.Connections;

/// <summary>
/// The series of one family by their tags. Looking one up takes no lock and allocates nothing; a set of tags that was not seen before is
/// written as labels once. Tags in another order, and tags that are left out, lead to the same series. Bounded: the rest is one series that says so.
/// </summary>
internal sealed class SeriesTable(double[]? bounds, int maxSeries)
{
    private const int Places = 64;

    // So many ways to write the same labels (an order of tags each) are kept; more are looked up by their text.
    private const int MaxSpellings = 4;

    // The same for every request to one service, or known from elsewhere; kept they would only make more series.
    private static readonly string[] LeftOut =
    [
        "url.scheme", "network.protocol.name", "network.protocol.version", "network.transport", "network.type", "server.address", "server.port",
        "aspnetcore.request.is_unhandled",
    ];

    private readonly Lock _gate = new();
    private readonly Dictionary<string, MetricSeries> _byLabels = new(StringComparer.Ordinal);
    private Node?[] _places = new Node?[Places];
    private int _spellings;
    private MetricSeries[] _all = [];
    private MetricSeries? _overflow;

    /// <summary>Every series, in order of their labels.</summary>
    public ReadOnlySpan<MetricSeries> All => Volatile.Read(ref _all);

    public MetricSeries Get(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = HashOf(tags);
        for (var node = Volatile.Read(ref Volatile.Read(ref _places)[hash & (Places - 1)]); node is not null; node = node.Next)
            if (node.Hash == hash && AreEqual(node.Tags, tags))
                return node.Series;
        return Add(hash, tags);
    }

    /// <summary>Forgets the series that were not seen in a collection.</summary>
    public void RemoveUnseen(long collection)
    {
        lock (_gate)
        {
            if (AreAllSeen_NeedsLock(collection))
                return;
            foreach (var (labels, series) in _byLabels)
                if (series.SeenAt != collection)
                    _byLabels.Remove(labels);
            if (_overflow?.SeenAt != collection)
                _overflow = null;
            Volatile.Write(ref _places, new Node?[Places]);
            _spellings = 0;
            Publish_NeedsLock();
        }
    }

    private MetricSeries Add(int hash, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = Labels(tags);
        lock (_gate)
        {
            if (!_byLabels.TryGetValue(labels, out var series))
            {
                if (_byLabels.Count >= maxSeries)
                {
                    if (_overflow is null)
                    {
                        _overflow = new(Encoding.UTF8.GetBytes("otel_metric_overflow=\"true\""), bounds);
                        Publish_NeedsLock();
                    }
                    return _overflow;
                }
                series = new(Encoding.UTF8.GetBytes(labels), bounds);
                _byLabels.Add(labels, series);
                Publish_NeedsLock();
            }
            if (_spellings < maxSeries * MaxSpellings)
            {
                ref var place = ref _places[hash & (Places - 1)];
                Volatile.Write(ref place, new(hash, tags.ToArray(), series, place));
                _spellings++;
            }
            return series;
        }
    }

    private bool AreAllSeen_NeedsLock(long collection)
    {
        foreach (var series in _all)
            if (series.SeenAt != collection)
                return false;
        return true;
    }

    private void Publish_NeedsLock()
    {
        var all = _byLabels.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => pair.Value);
        Volatile.Write(ref _all, [.. all, .. _overflow is null ? [] : new[] { _overflow }]);
    }

    private static int HashOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        // Values alone: they are what differs between the tags of one instrument.
        var hash = default(HashCode);
        foreach (var (_, value) in tags)
            hash.Add(value);
        return hash.ToHashCode();
    }

    private static bool AreEqual(KeyValuePair<string, object?>[] one, ReadOnlySpan<KeyValuePair<string, object?>> other)
    {
        if (one.Length != other.Length)
            return false;
        for (var i = 0; i < one.Length; i++)
            if (!Equals(one[i].Value, other[i].Value) || one[i].Key != other[i].Key)
                return false;
        return true;
    }

    /// <summary>Tags as labels, in order of their names: <c>a="b",c="d"</c>.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in tags)
            if (value is not null && !LeftOut.Contains(key))
                labels.TryAdd(PrometheusName.OfLabel(key), Text(value));
        var text = new StringBuilder();
        foreach (var (name, value) in labels)
        {
            text.Append(text.Length == 0 ? "" : ",").Append(name).Append("=\"");
            foreach (var c in value)
                _ = c switch { '\\' => text.Append("\\\\"), '"' => text.Append("\\\""), '\n' => text.Append("\\n"), _ => text.Append(c) };
            text.Append('"');
        }
        return text.ToString();
    }

    private static string Text(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private sealed record Node(int Hash, KeyValuePair<string, object?>[] Tags, MetricSeries Series, Node? Next);
}
