namespace EdgeDb.Core.Connections;

/// <summary>Types of the Prometheus text format.</summary>
internal enum MetricKind
{
    /// <summary>Only grows, from the start of the process.</summary>
    Counter,

    /// <summary>A value that is replaced or changed up and down.</summary>
    Gauge,

    /// <summary>Counts below bounds, with a sum.</summary>
    Histogram,

    /// <summary>A sum and a count.</summary>
    Summary,
}
