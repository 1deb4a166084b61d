namespace EdgeDb.Core.Household;

/// <summary>A subscription to a calendar kept elsewhere, and how its last requests went.</summary>
/// <param name="Id">UUIDv7.</param>
/// <param name="CalendarId">The calendar that mirrors it.</param>
/// <param name="Name">Name of that calendar.</param>
/// <param name="Color">Colour of that calendar.</param>
/// <param name="MemberIds">Members of that calendar.</param>
/// <param name="SealedAddress">Where it is read from; <see cref="FeedStore.AddressOf"/> opens it.</param>
/// <param name="ETag">For the next conditional request.</param>
/// <param name="LastModified">For the next conditional request.</param>
/// <param name="ContentHash">SHA-256 of the body last applied whole.</param>
/// <param name="Failures">In a row.</param>
/// <param name="LastAttemptAt">Unix seconds; null before the first.</param>
/// <param name="LastSuccessAt">Unix seconds; null before the first.</param>
/// <param name="NextAttemptAt">Unix seconds.</param>
/// <param name="AskedInterval">Time between two requests that the calendar asked for when it was last read.</param>
/// <param name="ErrorReason">Stable word; null after a success.</param>
/// <param name="ErrorDetail">Sentence; null after a success.</param>
/// <param name="EventCount">Events in the last good copy.</param>
/// <param name="SkippedCount">Properties and events of it that could not be understood.</param>
/// <param name="Version">Counts edits, from 1.</param>
internal sealed record Feed(
    string Id,
    string CalendarId,
    string Name,
    string Color,
    IReadOnlyList<string> MemberIds,
    string SealedAddress,
    string? ETag,
    string? LastModified,
    byte[]? ContentHash,
    int Failures,
    long? LastAttemptAt,
    long? LastSuccessAt,
    long NextAttemptAt,
    TimeSpan? AskedInterval,
    string? ErrorReason,
    string? ErrorDetail,
    long EventCount,
    long SkippedCount,
    long Version);
