namespace EdgeDb.Core.Connections;

/// <summary>What a query asks of its endpoint.</summary>
public enum QueryClass
{
    /// <summary>Transactions, settings and whatever is not known: work that says nothing about data.</summary>
    Other,

    /// <summary>Reads and locks nothing, so that a replica may answer it.</summary>
    Read,

    /// <summary>Changes data or schema, or locks rows.</summary>
    Write,

    /// <summary>A read of much, which nobody waits for: declared by the caller, or learned by <see cref="QueryMonitor"/> from what it takes.</summary>
    Analytics,
}
