using System.Globalization;
using EdgeDb.Core.Access;
using EdgeDb.Core.Calendars;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Household;

/// <summary>
/// Between the columns of a task and what other programs read in its text: its place as X-APPLE-SORT-ORDER, which Apple's Reminders, Nextcloud and Tasks.org know, and whom it
/// is for as an ATTENDEE that is a member. Stored texts hold neither.
/// </summary>
internal static class TaskText
{
    private const string SortOrder = "X-APPLE-SORT-ORDER";

    /// <summary>The tasks of a list that the viewer sees, as they are published.</summary>
    internal static List<TaskSource> Published(SqliteSession session, string calendarId, Sight sight)
    {
        var names = HouseholdStore.ReadMembers(session).ToDictionary(static m => m.Id, static m => m.Name);
        var published = new List<TaskSource>();
        foreach (var task in new TaskRows(session, new(sight, OwnOnly: false)).List([calendarId], openOnly: false, null, int.MaxValue))
            published.Add(Published(task.Source, task.Position, task.MemberId, names));
        return published;
    }

    /// <summary>A stored text as it is published.</summary>
    /// <param name="stored">VTODOs.</param>
    /// <param name="position">Its place.</param>
    /// <param name="memberId">Whom it is for.</param>
    /// <param name="names">By member.</param>
    internal static TaskSource Published(byte[] stored, long position, string? memberId, IReadOnlyDictionary<string, string> names)
    {
        var source = TaskSource.Read(stored);
        new CalendarEventEditor(source.Master).SetRaw(SortOrder, position.ToString(CultureInfo.InvariantCulture));
        if (memberId is not null)
            source.Master.Properties.Add(new("ATTENDEE", [new("CN", names[memberId])], EventMemberLines.PublishedPrefix + memberId));
        return source;
    }

    /// <summary>Takes place and member out of a text that comes in.</summary>
    /// <param name="source">The task.</param>
    /// <param name="members">Ids of those there are; another ATTENDEE stays.</param>
    internal static (long? Position, string? MemberId) Take(TaskSource source, IReadOnlySet<string> members)
    {
        var properties = source.Master.Properties;
        long? position = null;
        string? member = null;
        if (source.Master.Property(SortOrder) is { } order && long.TryParse(order.RawValue.AsSpan().Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var place)
            && place is >= int.MinValue and <= int.MaxValue)
            position = place;
        properties.RemoveAll(static p => p.Name == SortOrder);
        properties.RemoveAll(
            property =>
            {
                if (property.Name != "ATTENDEE" || !property.RawValue.StartsWith(EventMemberLines.PublishedPrefix, StringComparison.OrdinalIgnoreCase))
                    return false;
                var id = property.RawValue[EventMemberLines.PublishedPrefix.Length..].ToLowerInvariant();
                if (!members.Contains(id))
                    return false;
                member ??= id;
                return true;
            });
        return (position, member);
    }
}
