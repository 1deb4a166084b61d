namespace EdgeDb.Core.Household;

/// <summary>How the database and the API write <see cref="CalendarHolds"/>.</summary>
internal static class CalendarHoldsNames
{
    internal static string Of(CalendarHolds holds) => holds == CalendarHolds.Tasks ? "tasks" : "events";

    /// <summary>Reads what the database holds, which its CHECK keeps to the two.</summary>
    internal static CalendarHolds Parse(string name) => name == "tasks" ? CalendarHolds.Tasks : CalendarHolds.Events;
}
