namespace EdgeDb.Core.Connections;

/// <summary>A failure that EdgeDb found itself, or that needs more words than the server's: its kind is known where it is thrown.</summary>
public sealed class PostgresFailureException : Exception
{
    internal PostgresFailureException(FailureKind kind, string message, Exception? inner = null)
        : base(message, inner) => Kind = kind;

    /// <summary>What the failure means.</summary>
    public FailureKind Kind { get; }

    /// <summary>
    /// A write or commit was sent and its answer never came: it may have happened or not. It must not be repeated unless that does no harm. Where the
    /// time was over or the caller gave up, this exception is an inner one of the <see cref="OperationTimeoutException"/> or <see cref="OperationCanceledException"/>.
    /// </summary>
    public bool OutcomeUnknown { get; internal init; }
}
