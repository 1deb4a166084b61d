namespace EdgeDb.Core.Connections;

/// <summary>What a measurement does to its series.</summary>
internal enum MetricUpdate
{
    /// <summary>Values are read from a <see cref="ReadInstrument"/>; there are no measurements.</summary>
    Read,

    /// <summary>Set by each collection; what is not set is gone.</summary>
    Observed,

    /// <summary>Added.</summary>
    Added,

    /// <summary>Set at any time, and stays.</summary>
    Replaced,

    /// <summary>Counted in a histogram.</summary>
    Recorded,
}
