namespace EdgeDb.Core.Connections;

/// <summary>What a piece of work was let in by. It is given back with the outcome.</summary>
/// <param name="Epoch">Of the endpoint's circuit.</param>
/// <param name="IsProbe">It probes the endpoint.</param>
/// <param name="Class">The circuit of its operation class; null when that one had no failure.</param>
/// <param name="ClassEpoch">Of <paramref name="Class"/>.</param>
/// <param name="IsClassProbe">It probes its operation class.</param>
internal readonly record struct CircuitTicket(int Epoch, bool IsProbe, Circuit? Class, int ClassEpoch, bool IsClassProbe);
