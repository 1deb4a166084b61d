namespace EdgeDb.Core.Connections;

/// <summary>The circuits of an endpoint at one moment, for the API.</summary>
/// <param name="Endpoint">Name of the endpoint.</param>
/// <param name="State">State of the endpoint's circuit.</param>
/// <param name="Reason">Why; empty while it was never open.</param>
/// <param name="Since">When it was last closed, or when a person isolated it; null while it is closed.</param>
/// <param name="RetryAfter">Time until probes start; null while it is closed or isolated.</param>
/// <param name="TimesOpened">Closed to open, since the start.</param>
/// <param name="Refused">Pieces of work refused since the start, by the endpoint or by one of its classes.</param>
/// <param name="ConnectFailuresInARow">Connect failures without an answer in between.</param>
/// <param name="SlowFailuresInARow">Timeouts and overloads without an answer in between.</param>
/// <param name="SlowInWindow">Timeouts and overloads in the sliding window.</param>
/// <param name="CountedInWindow">Outcomes in the sliding window, counted since its first failure.</param>
/// <param name="Classes">Operation classes whose latest outcome was a failure, or whose circuit was open lately.</param>
/// <param name="Latest">The latest events, oldest first.</param>
internal sealed record CircuitSnapshot(
    string Endpoint, CircuitState State, string Reason, DateTimeOffset? Since, TimeSpan? RetryAfter, long TimesOpened, long Refused, int ConnectFailuresInARow,
    int SlowFailuresInARow, int SlowInWindow, int CountedInWindow, IReadOnlyList<ClassCircuitSnapshot> Classes, IReadOnlyList<CircuitEvent> Latest);

/// <summary>The circuit of one operation class.</summary>
/// <param name="OperationClass">Its name.</param>
/// <param name="State">Its state.</param>
/// <param name="Reason">Why; empty while it was never open.</param>
/// <param name="RetryAfter">Time until probes start; null while it is closed or isolated.</param>
/// <param name="FailuresInARow">Its failures in a row.</param>
internal sealed record ClassCircuitSnapshot(string OperationClass, CircuitState State, string Reason, TimeSpan? RetryAfter, int FailuresInARow);
