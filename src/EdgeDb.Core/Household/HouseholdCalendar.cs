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

/// <summary>What a calendar is made of. It never changes.</summary>
public enum CalendarHolds : byte
{
    /// <summary>VEVENTs.</summary>
    Events,

    /// <summary>VTODOs: a list.</summary>
    Tasks,
}

/// <summary>A calendar and the members its events or tasks concern.</summary>
/// <param name="Id">UUIDv7.</param>
/// <param name="Name">1 to 100 characters.</param>
/// <param name="Color"><c>#rrggbb</c>, lower case.</param>
/// <param name="Origin">Local or feed.</param>
/// <param name="MemberIds">Members, in the order of their ids.</param>
/// <param name="Access">Who sees it.</param>
/// <param name="Sample">Belongs to the sample household.</param>
/// <param name="Version">Counts edits, from 1.</param>
/// <param name="EventCount">Events and series, or tasks, each counted once.</param>
/// <param name="Holds">What it is made of.</param>
public sealed record HouseholdCalendar(
    string Id, string Name, string Color, CalendarOrigin Origin, IReadOnlyList<string> MemberIds, CalendarAccess Access, bool Sample, long Version, long EventCount,
    CalendarHolds Holds);
