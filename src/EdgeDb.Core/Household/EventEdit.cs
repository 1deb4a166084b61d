namespace EdgeDb.Core.Household;

/// <summary>What an edit did to an event.</summary>
internal enum EventEditKind
{
    /// <summary>The edit made it.</summary>
    Added,

    /// <summary>It was there before and is there now.</summary>
    Changed,

    /// <summary>The edit moved it to the trash.</summary>
    Deleted,
}

/// <summary>One event that an edit touched.</summary>
/// <param name="EventId">The event.</param>
/// <param name="CalendarId">Its calendar before the edit, of an added one after it.</param>
/// <param name="Kind">What was done to it.</param>
/// <param name="Version">The version after the edit; of a deleted event the one before.</param>
/// <param name="Before">Text before the edit, of a changed event.</param>
/// <param name="IsUndone">The edit was taken back.</param>
internal sealed record EventEdit(string EventId, string CalendarId, EventEditKind Kind, long Version, byte[]? Before, bool IsUndone);
