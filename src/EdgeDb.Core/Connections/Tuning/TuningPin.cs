namespace EdgeDb.Core.Connections;

/// <summary>A value that a person has pinned.</summary>
/// <param name="Value">It.</param>
/// <param name="Before">What comes back when it is released.</param>
/// <param name="Until">When that happens by itself.</param>
internal sealed record TuningPin(double Value, double Before, DateTimeOffset Until);
