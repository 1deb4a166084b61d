namespace EdgeDb.Core.Connections;

/// <summary>Whose fault a failure is and what it says about the rest; this decides who is protected from what.</summary>
public enum FailureKind
{
    /// <summary>Nothing is sick: a constraint, a wrong statement, a missing row, a caller who cancelled. Never counted, never retried.</summary>
    Caller,

    /// <summary>The endpoint cannot be reached, refuses to talk or cut the connection. Counted against the endpoint; the connection is closed.</summary>
    Connect,

    /// <summary>No answer in time. Counted against the endpoint once a smaller limit has had time to help; the connection is closed unless its source knows its state.</summary>
    Timeout,

    /// <summary>The endpoint answered that this operation failed (out of memory, internal error, 500). Counted against its operation class only.</summary>
    Query,

    /// <summary>The endpoint answered that it has too much to do (too many connections, 429, 503, LOADING). Shrinks the limit; counted as <see cref="Timeout"/>.</summary>
    Overload,
}
