namespace EdgeDb.Core.Connections;

/// <summary>Whether an operation may run more than once.</summary>
internal enum OperationRepeat
{
    /// <summary>A second run changes the result: never.</summary>
    Never,

    /// <summary>Idempotent: again after it failed, never twice at once.</summary>
    AfterFailure,

    /// <summary>
    /// A read: also twice at once. The run that lost is cancelled but not awaited, so state and callback have to bear being used after the call
    /// has returned; a result that lost is disposed.
    /// </summary>
    Hedged,
}

/// <summary>What <see cref="EndpointResilience"/> has to know of an operation.</summary>
/// <param name="Class">Its operation class: few of them, constant strings or interned ones.</param>
/// <param name="Repeat">Whether it may run more than once.</param>
/// <param name="Deadline">When its caller stops waiting, a timestamp of the endpoint's <see cref="TimeProvider"/>.</param>
/// <param name="Latencies">How long the class took lately; null when nobody measures it.</param>
internal readonly record struct OperationCall(string Class, OperationRepeat Repeat, long Deadline, ILatencyQuantiles? Latencies);
