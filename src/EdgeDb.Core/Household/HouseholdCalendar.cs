using EdgeDb.Core.Access;

namespace EdgeDb.Core.Household;

/// <summary>Where a calendar's events come from.</summary>
public enum CalendarOrigin : byte
{
    /// <summary>Kept and edited here.</summary>
    Local,

    /// <summary>Mirrors a feed; read only.</summary>
    Feed,
}

/// <summary>A calendar and the members its events concern.</summary>
/// <param name="Id">UUIDv7.</param>
/// <param name="Name">1 to 100 characters.</param>
/// <param name="Color"><c>#rrggbb</c>, lower case.</param>
/// <param name="Origin">Local or feed.</param>
/// <param name="MemberIds">Members, in the order of their ids.</param>
/// <param name="Access">Who sees it.</param>
/// <param name="Sample">Belongs to the sample household.</param>
/// <param name="Version">Counts edits, from 1.</param>
/// <param name="EventCount">Events and series, each counted once.</param>
public sealed record HouseholdCalendar(
    string Id, string Name, string Color, CalendarOrigin Origin, IReadOnlyList<string> MemberIds, CalendarAccess Access, bool Sample, long Version, long EventCount);
