using System.Globalization;
using NodaTime;

namespace EdgeDb.Core.Calendars;

/// <summary>
/// Changes single properties of a VEVENT (or VTODO) and leaves everything else as it was read: attendees, alarms and what only the program
/// that made it understands. A changed property keeps its place; a new one goes to the end.
/// </summary>
public sealed class CalendarEventEditor
{
    /// <summary>Edits in place.</summary>
    public CalendarEventEditor(CalendarComponent component) => Component = component;

    /// <summary>A new VEVENT with its UID.</summary>
    /// <param name="uid">Globally unique, for example a UUID.</param>
    /// <param name="start">DTSTART.</param>
    /// <param name="now">DTSTAMP and CREATED.</param>
    public static CalendarEventEditor Create(string uid, CalendarDateTime start, Instant now)
    {
        var editor = Create("VEVENT", uid, now);
        editor.SetTime("DTSTART", start);
        return editor;
    }

    /// <summary>A new VTODO with its UID.</summary>
    /// <param name="uid">Globally unique, for example a UUID.</param>
    /// <param name="now">DTSTAMP and CREATED.</param>
    public static CalendarEventEditor CreateTodo(string uid, Instant now) => Create("VTODO", uid, now);

    /// <summary>The component under edit.</summary>
    public CalendarComponent Component { get; }

    /// <summary>Sets a TEXT property such as SUMMARY; null or empty removes it. Its parameters go, as LANGUAGE and ALTREP spoke of the old text.</summary>
    public void SetText(string name, string? text) => SetRaw(name, string.IsNullOrEmpty(text) ? null : CalendarText.Escape(text));

    /// <summary>Sets a property from its raw value without parameters; null removes it.</summary>
    public void SetRaw(string name, string? rawValue)
    {
        if (rawValue is null)
            Remove(name);
        else
            Replace(new CalendarProperty(name, [], rawValue));
    }

    /// <summary>Sets DTSTART, DTEND, DUE or RECURRENCE-ID with the TZID or VALUE=DATE it needs; null removes it.</summary>
    public void SetTime(string name, CalendarDateTime? time)
    {
        if (time is { } value)
            Replace(Property(name, value));
        else
            Remove(name);
    }

    /// <summary>Sets DTEND and removes DURATION, as an event has only one of them; null removes both.</summary>
    public void SetEnd(CalendarDateTime? end)
    {
        Remove("DURATION");
        SetTime("DTEND", end);
    }

    /// <summary>Replaces every RRULE; null removes them.</summary>
    public void SetRule(RecurrenceRule? rule) => SetRaw("RRULE", rule?.ToString());

    /// <summary>Sets CATEGORIES; empty removes it.</summary>
    public void SetCategories(IReadOnlyCollection<string> categories) =>
        SetRaw("CATEGORIES", categories.Count == 0 ? null : string.Join(',', categories.Select(CalendarText.Escape)));

    /// <summary>Adds one EXDATE as a property of its own; the ones that are there stay as they are.</summary>
    public void AddExceptionDate(CalendarDateTime time)
    {
        var added = Property("EXDATE", time);
        if (!Component.Properties.Contains(added))
            Component.Properties.Add(added);
    }

    /// <summary>Raises SEQUENCE and stamps DTSTAMP and LAST-MODIFIED, so that other programs accept this as the newer revision.</summary>
    public void MarkRevised(Instant now)
    {
        var sequence = Component.Property("SEQUENCE") is { } property
            && int.TryParse(property.RawValue, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var read)
            ? read : 0;
        SetRaw("SEQUENCE", (Math.Min(sequence, int.MaxValue - 1) + 1).ToString(CultureInfo.InvariantCulture));
        SetMoment("DTSTAMP", now);
        SetMoment("LAST-MODIFIED", now);
    }

    /// <summary>Removes every property of that name.</summary>
    public void Remove(string name) => Component.Properties.RemoveAll(property => property.Name == name);

    /// <summary>Sets a property to a moment in UTC, such as COMPLETED.</summary>
    public void SetMoment(string name, Instant moment) =>
        SetTime(name, new CalendarDateTime(moment.ToUnixTimeSeconds(), CalendarTimeKind.Utc));

    private static CalendarEventEditor Create(string component, string uid, Instant now)
    {
        var editor = new CalendarEventEditor(new CalendarComponent(component));
        editor.SetText("UID", uid);
        editor.SetMoment("DTSTAMP", now);
        editor.SetMoment("CREATED", now);
        return editor;
    }

    private static CalendarProperty Property(string name, CalendarDateTime time)
    {
        IReadOnlyList<CalendarParameter> parameters = time.Kind switch
        {
            CalendarTimeKind.Date => [new CalendarParameter("VALUE", "DATE")],
            CalendarTimeKind.Zoned => [new CalendarParameter("TZID", time.ZoneId ?? "")],
            _ => [],
        };
        return new CalendarProperty(name, parameters, time.ToString());
    }

    private void Replace(CalendarProperty property)
    {
        var properties = Component.Properties;
        var place = properties.FindIndex(p => p.Name == property.Name);
        if (place < 0)
        {
            properties.Add(property);
            return;
        }
        properties[place] = property;
        properties.RemoveAll(p => p.Name == property.Name && !ReferenceEquals(p, property));
    }
}
