namespace EdgeDb.Core.Calendars;

/// <summary>One thing that could not be understood and was skipped, in words a person can act on.</summary>
/// <param name="Line">1-based physical line in the source; 0 when unknown.</param>
/// <param name="Component">Component name, for example <c>VEVENT</c>; empty outside of any.</param>
/// <param name="Uid">UID of the component when it was known by then.</param>
/// <param name="Property">Property name; empty when the whole component was skipped.</param>
/// <param name="Reason">What is wrong, with the offending value shortened to 100 characters.</param>
public sealed record CalendarProblem(int Line, string Component, string? Uid, string Property, string Reason);
