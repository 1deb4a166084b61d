using System.Text;

namespace EdgeDb.Core.Calendars;

/// <summary>The data of one VTIMEZONE, for calendars whose zone name nobody else knows.</summary>
/// <param name="Id">TZID as written; events refer to it.</param>
/// <param name="Location">X-LIC-LOCATION: the IANA name many programs add; null when missing.</param>
/// <param name="Observances">Its STANDARD and DAYLIGHT blocks in file order; at least one.</param>
public sealed record CalendarTimeZoneDefinition(string Id, string? Location, IReadOnlyList<CalendarZoneObservance> Observances)
{
    /// <summary>Reads a VTIMEZONE; a block that cannot be used is reported and left out.</summary>
    /// <param name="component">The VTIMEZONE; not kept.</param>
    /// <param name="problems">Receives what could not be understood.</param>
    /// <returns>Null, and a problem, without a TZID or without a usable block.</returns>
    public static CalendarTimeZoneDefinition? From(CalendarComponent component, CalendarProblems problems)
    {
        ArgumentNullException.ThrowIfNull(component);
        ArgumentNullException.ThrowIfNull(problems);
        var id = component.Property("TZID")?.RawValue.Trim();
        if (string.IsNullOrEmpty(id))
        {
            problems.Add(component.Line, component.Name, null, "TZID", "is missing; the time zone was skipped", default);
            return null;
        }

        var observances = new List<CalendarZoneObservance>();
        if (component.HasComponents)
            foreach (var block in component.Components)
                if (block.Name is "STANDARD" or "DAYLIGHT" && CalendarZoneObservance.From(block, problems) is { } observance)
                    observances.Add(observance);
        if (observances.Count == 0)
        {
            problems.Add(component.Line, component.Name, null, "", "has no usable STANDARD or DAYLIGHT block", Encoding.UTF8.GetBytes(id));
            return null;
        }
        return new CalendarTimeZoneDefinition(CalendarText.Unescape(id), component.Property("X-LIC-LOCATION")?.RawValue.Trim(), observances);
    }
}
