using EdgeDb.Core.Access;

namespace EdgeDb.Core.Household;

/// <summary>How the database and the API write <see cref="CalendarAccess"/>.</summary>
internal static class CalendarAccessNames
{
    internal static string Of(CalendarAccess access) => access switch
    {
        CalendarAccess.Adults => "adults",
        CalendarAccess.Private => "private",
        _ => "household",
    };

    /// <summary>Reads what the database holds. Anything unknown is of a later version, and is kept from everybody rather than shown to the wrong ones.</summary>
    internal static CalendarAccess Parse(string name) => Find(name) ?? CalendarAccess.Private;

    /// <summary>Null when nothing is called so.</summary>
    internal static CalendarAccess? Find(string? name) => name switch
    {
        "household" => CalendarAccess.Household,
        "adults" => CalendarAccess.Adults,
        "private" => CalendarAccess.Private,
        _ => null,
    };
}
