namespace EdgeDb.Core.Connections;

/// <summary>One piece of work for an endpoint.</summary>
/// <param name="Shape">What it asks; its <see cref="QueryShape.Class"/> is the operation class of the circuit breaker.</param>
/// <param name="Role">Which connections it wants.</param>
/// <param name="Repeat">Whether it may run more than once.</param>
/// <param name="Timeout">How long the caller waits, everything included.</param>
internal readonly record struct Operation(QueryShape Shape, ConnectionRole Role, OperationRepeat Repeat, TimeSpan Timeout);
