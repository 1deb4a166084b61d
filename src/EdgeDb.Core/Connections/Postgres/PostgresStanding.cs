namespace EdgeDb.Core.Connections;

/// <summary>What is known of one server's part in its cluster, for people. Nothing is asked for it.</summary>
/// <param name="TakesWrites">What the server itself says: true for a primary, false for a standby, null before its first answer.</param>
/// <param name="SetAsPrimary">What the configuration says it is; null for nothing.</param>
/// <param name="IsReachable">False when the latest attempt to reach it failed.</param>
/// <param name="Timeline">On which it is; null when it has not said.</param>
/// <param name="Lag">How far a standby is behind; null for a primary, and where nobody can tell.</param>
/// <param name="ObservedAt">When it was asked for what it says; null before its first answer.</param>
/// <param name="Problems">What a person should look at, a sentence each.</param>
internal sealed record PostgresStanding(
    bool? TakesWrites, bool? SetAsPrimary, bool IsReachable, uint? Timeline, PostgresLag? Lag, DateTimeOffset? ObservedAt, IReadOnlyList<string> Problems);

/// <summary>How far a standby was behind the primary when it was last asked, at least: only what the primary is known to have had by then counts.</summary>
/// <param name="Bytes">Write-ahead log that it had not replayed.</param>
/// <param name="Time">For how long the primary had had the first of it.</param>
internal readonly record struct PostgresLag(long Bytes, TimeSpan Time);
