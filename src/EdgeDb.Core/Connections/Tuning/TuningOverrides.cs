namespace EdgeDb.Core.Connections;

/// <summary>What persons have decided for some time, to be kept over a restart.</summary>
/// <param name="Pins">Values that hold whatever the tuner thinks.</param>
/// <param name="FrozenUntil">Until when the tuner does nothing; null while it is not frozen.</param>
internal sealed record TuningOverrides(IReadOnlyList<(string Subject, string Tunable, TuningPin Pin)> Pins, DateTimeOffset? FrozenUntil);
