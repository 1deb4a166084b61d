using System.Buffers;
using System.Globalization;
using EdgeDb.Core.Calendars;

namespace EdgeDb.Core.Household;

/// <summary>The VEVENTs of one UID, taken apart for an edit and put together again.</summary>
internal sealed class EventSource
{
    private EventSource(CalendarComponent master, List<CalendarComponent> overrides)
    {
        Master = master;
        Overrides = overrides;
    }

    public CalendarComponent Master { get; private set; }

    public List<CalendarComponent> Overrides { get; private set; }

    /// <summary>The typed view of the master as it is now.</summary>
    public CalendarEvent Event => Typed(Master);

    /// <summary>The typed view of everything as it is now.</summary>
    public EventSeries Series => new(Event, [.. Overrides.Select(Typed)]);

    /// <summary>True when any part of it is.</summary>
    public bool IsPrivate => Event.Private || Overrides.Exists(static c => Typed(c).Private);

    /// <summary>The zones its starts are in, as its text names them.</summary>
    public IReadOnlyCollection<string> ZoneIds => [.. Overrides.Prepend(Master).Select(static c => Typed(c).Start.ZoneId).OfType<string>()];

    /// <summary>A new event.</summary>
    public static EventSource Of(CalendarComponent master) => new(master, []);

    /// <summary>Reads stored text. A series whose master never arrived has its first component take that place.</summary>
    public static EventSource Read(ReadOnlyMemory<byte> text)
    {
        var components = CalendarReader.ReadAll(text.Span);
        var master = components.FirstOrDefault(static c => c.Property("RECURRENCE-ID") is null) ?? components[0];
        components.Remove(master);
        return new(master, components);
    }

    /// <summary>Becomes what <paramref name="other"/> is, under its own UID.</summary>
    public void TakeOver(EventSource other)
    {
        var uid = Event.Uid;
        (Master, Overrides) = (other.Master, other.Overrides);
        foreach (var component in Overrides.Prepend(Master))
            new CalendarEventEditor(component).SetText("UID", uid);
    }

    public byte[] ToUtf8()
    {
        var output = new ArrayBufferWriter<byte>(1024);
        var writer = new CalendarWriter(output);
        writer.Write(Master);
        foreach (var component in Overrides)
            writer.Write(component);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>A copy of a component that can be changed without changing this one.</summary>
    public static CalendarComponent Copy(CalendarComponent component)
    {
        var copy = new CalendarComponent(component.Name);
        copy.Properties.AddRange(component.Properties);
        foreach (var nested in component.Components)
            copy.Components.Add(Copy(nested));
        return copy;
    }

    internal static CalendarEvent Typed(CalendarComponent component) =>
        CalendarEvent.From(component, CalendarProblems.Ignored) ?? throw new InvalidOperationException("A stored event has no start.");

    /// <summary>
    /// Removes reminders that are not among <paramref name="minutes"/> and adds those that are missing. The others keep their sound and
    /// whatever else they hold; alarms of other kinds (e-mail, at a fixed time) are left alone.
    /// </summary>
    public static void SetReminders(CalendarComponent component, IReadOnlyList<int> minutes)
    {
        component.Components.RemoveAll(alarm => Reminder(component, alarm) is { } before && !minutes.Contains(before));
        foreach (var before in minutes.Except(Reminders(component)).ToList())
        {
            var alarm = new CalendarComponent("VALARM");
            alarm.Properties.Add(new("ACTION", [], "DISPLAY"));
            // Whole days as days: in the night in which clocks change a day has no 1,440 minutes.
            var trigger = before > 0 && before % 1440 == 0 ? string.Create(CultureInfo.InvariantCulture, $"-P{before / 1440}D") : string.Create(CultureInfo.InvariantCulture, $"-PT{before}M");
            alarm.Properties.Add(new("TRIGGER", component.Name == "VTODO" ? [new CalendarParameter("RELATED", "END")] : [], trigger));
            alarm.Properties.Add(new("DESCRIPTION", [], component.Property("SUMMARY")?.RawValue ?? "Reminder"));
            component.Components.Add(alarm);
        }
    }

    /// <summary>The minutes of a DISPLAY or AUDIO alarm before the start, of a task before it is due; null for any other alarm.</summary>
    private static int? Reminder(CalendarComponent component, CalendarComponent alarm)
    {
        if (alarm.Name != "VALARM" || alarm.Property("TRIGGER") is not { } trigger || alarm.Property("ACTION")?.RawValue.ToUpperInvariant() is not ("DISPLAY" or "AUDIO"))
            return null;
        // A task without a start, or due when it starts, knows one time only, however the alarm refers to it.
        var isRelated = component.Name == "VTODO"
            ? string.Equals(trigger.Parameter("RELATED"), "END", StringComparison.OrdinalIgnoreCase)
                || component.Property("DTSTART") is not { } start || start.RawValue == component.Property("DUE")?.RawValue
            : trigger.Parameter("RELATED") is null;
        return isRelated && CalendarDuration.TryParse(trigger.Utf8, out var offset, out _) && Seconds(offset) is <= 0 and >= -60L * int.MaxValue
            ? (int)(-Seconds(offset) / 60)
            : null;
    }

    private static long Seconds(CalendarDuration offset) => (offset.Days * 86_400L) + offset.Seconds;

    /// <summary>The reminders of an event, minutes before its start, or of a task, minutes before it is due.</summary>
    public static IReadOnlyList<int> Reminders(CalendarComponent component)
    {
        var minutes = new SortedSet<int>();
        foreach (var alarm in component.Components)
            if (Reminder(component, alarm) is { } before)
                minutes.Add(before);
        return [.. minutes];
    }
}
