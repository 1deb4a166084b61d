namespace EdgeDb.Core.Household;

/// <summary>One event to write.</summary>
/// <param name="Id">Event to replace; null for a new one.</param>
/// <param name="CalendarId">Calendar it belongs to afterwards.</param>
/// <param name="Source">VEVENTs as iCalendar text, UTF-8, with <see cref="EventMemberLines"/>.</param>
/// <param name="ExpectedVersion">Version the edit was made on; null to overwrite whatever is there.</param>
internal sealed record EventChange(string? Id, string CalendarId, ReadOnlyMemory<byte> Source, long? ExpectedVersion)
{
    /// <summary>The id a restored event had and gets again.</summary>
    public string? RestoredId { get; init; }

    /// <summary>The version in which it was deleted; null to restore it whatever was done since.</summary>
    public long? DeletedVersion { get; init; }
}
