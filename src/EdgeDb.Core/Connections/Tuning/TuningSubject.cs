namespace EdgeDb.Core.Connections;

/// <summary>What is tuned as one: settings and the counters that show what they did. An endpoint.</summary>
/// <param name="Name">Name of the endpoint.</param>
/// <param name="Tunables">Its settings, at least one.</param>
/// <param name="Read">Reads the counters; thread-safe, cheap, does not throw.</param>
internal sealed record TuningSubject(string Name, IReadOnlyList<Tunable> Tunables, Func<TuningReading> Read);
