using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using NodaTime;

namespace EdgeDb.Core.Calendars;

/// <summary>
/// What a VEVENT or VTODO says, read in one pass. A value that cannot be understood is reported and left out; what programs commonly get
/// wrong is repaired, and reported only where something was lost.
/// </summary>
internal sealed class ComponentFields
{
    // A daily series lives 55 years within this bound.
    private const int MaxDates = 20_000;

    private const int MaxRules = 100;
    private const int MaxAlarms = 100;

    private readonly CalendarComponent _component;
    private readonly CalendarProblems _problems;

    /// <summary>Reads all of it.</summary>
    /// <param name="component">Not kept longer than this.</param>
    /// <param name="problems">Receives what could not be understood.</param>
    /// <param name="uid">Null to read it; something else for components that have none.</param>
    public ComponentFields(CalendarComponent component, CalendarProblems problems, string? uid = null)
    {
        (_component, _problems) = (component, problems);
        // Before the rest, so that every problem can name the event it is about.
        Uid = uid ?? (component.Property("UID") is { } property && Text(property)?.Trim() is { Length: > 0 } read ? read : HashOfContent(component));
        foreach (var each in component.Properties)
            Read(each);
        if (component.HasComponents)
            ReadAlarms();
    }

    public string Uid { get; }

    /// <summary>DTSTART; an event without takes another of its times.</summary>
    public CalendarDateTime? Start { get; set; }

    /// <summary>DTEND of an event, DUE of a to-do.</summary>
    public CalendarDateTime? End { get; private set; }

    public CalendarDuration? Duration { get; private set; }

    public CalendarDateTime? RecurrenceId { get; private set; }

    public bool ThisAndFuture { get; private set; }

    public List<RecurrenceRule>? Rules { get; private set; }

    public List<RecurrenceRule>? ExceptionRules { get; private set; }

    public List<CalendarPeriod>? RecurrenceDates { get; private set; }

    public List<CalendarDateTime>? ExceptionDates { get; private set; }

    /// <summary>STATUS, upper case.</summary>
    public string? Status { get; private set; }

    public int Sequence { get; private set; }

    public int Priority { get; private set; }

    public int PercentComplete { get; private set; }

    public Instant? Stamp { get; private set; }

    public Instant? LastModified { get; private set; }

    public Instant? Completed { get; private set; }

    public string? Summary { get; private set; }

    public string? Description { get; private set; }

    public string? Location { get; private set; }

    public string? Url { get; private set; }

    public string? Color { get; private set; }

    public List<string>? Categories { get; private set; }

    public bool Transparent { get; private set; }

    public bool Private { get; private set; }

    public List<CalendarAlarm>? Alarms { get; private set; }

    /// <summary>A UID for a component without one: the same whenever the same content is read.</summary>
    public static string HashOfContent(CalendarComponent component)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var property in component.Properties)
        {
            // What differs from one download to the next although the event is the same must not enter.
            if (property.Name is "UID" or "DTSTAMP" or "CREATED" or "LAST-MODIFIED" or "SEQUENCE")
                continue;
            hash.AppendData(Encoding.UTF8.GetBytes(property.Name));
            hash.AppendData(":"u8);
            hash.AppendData(property.Utf8);
            hash.AppendData("\n"u8);
        }
        return $"no-uid-{Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16))}";
    }

    /// <summary>Reports something about the whole component, or about one property by name.</summary>
    public void Report(string property, string reason) =>
        _problems.Add(_component.Property(property)?.Line ?? _component.Line, _component.Name, Uid, property, reason, default);

    /// <summary>
    /// Makes start, end and duration agree: the end takes the start's type and anchoring where it has none of its own, an end before the start or
    /// a negative duration is dropped, and the end wins over a duration.
    /// </summary>
    public void ReconcileTimes(string endName)
    {
        if (Duration is { IsPositiveOrZero: false })
        {
            Report("DURATION", "is negative; it was dropped");
            Duration = null;
        }
        if (Start is not { } start)
            return;
        if (start.IsDate && Duration is { Seconds: > 0 } exact)
        {
            // An all-day event ends with a day: P1D written as PT24H is exact, anything else is rounded up.
            if (exact.Seconds % CivilDate.SecondsPerDay != 0)
                Report("DURATION", "has a time of day although the start is a date; it was rounded up to whole days");
            var days = (exact.Seconds + CivilDate.SecondsPerDay - 1) / CivilDate.SecondsPerDay;
            Duration = new CalendarDuration(exact.Days + (int)days, 0);
        }
        if (End is not { } end)
            return;
        if (endName == "DUE")
        {
            ReconcileDue(start, end);
            return;
        }
        if (Duration is not null)
        {
            Report("DURATION", $"stands beside {endName}, which is used");
            Duration = null;
        }

        end = AlignedEnd(start, end, endName);
        var comparable = end.Kind == start.Kind && end.ZoneId == start.ZoneId;
        if (comparable && end.LocalSeconds < start.LocalSeconds)
        {
            Report(endName, "is before the start; it was dropped");
            End = null;
        }
        else
        {
            // Many programs write one day as an end on the day it starts, which RFC 5545 forbids but everybody reads as that day.
            End = start.IsDate && end.LocalSeconds == start.LocalSeconds ? null : end;
        }
    }

    /// <summary>
    /// DUE is a time by which something is to be done and not the end of a span: one on the day of the start is that day, and when the two do not go together, it is
    /// the start that goes. People look for when things are due.
    /// </summary>
    private void ReconcileDue(CalendarDateTime start, CalendarDateTime due)
    {
        if (Duration is not null)
        {
            Report("DURATION", "stands beside DUE, which is used");
            Duration = null;
        }
        if (start.IsDate != due.IsDate)
        {
            Report("DTSTART", "is a date and DUE a time, or the reverse; it was dropped");
            Start = null;
            return;
        }
        // A forgotten TZID or a stray Z, as with ends.
        if (start.Kind != due.Kind && (start.Kind == CalendarTimeKind.Floating || due.Kind == CalendarTimeKind.Floating))
            Start = start = due with { LocalSeconds = start.LocalSeconds };
        if (start.Kind == due.Kind && start.ZoneId == due.ZoneId && due.LocalSeconds < start.LocalSeconds)
        {
            Report("DTSTART", "is after DUE; it was dropped");
            Start = null;
        }
    }

    private CalendarDateTime AlignedEnd(CalendarDateTime start, CalendarDateTime end, string endName)
    {
        if (start.IsDate && !end.IsDate)
        {
            Report(endName, "has a time although the start is a date; the day it falls on is the last");
            // The last day of the calendar has none after it.
            var day = Math.Min(Floor(end.LocalSeconds + CivilDate.SecondsPerDay - 1), Floor(CivilDate.MaxSeconds));
            return new CalendarDateTime(day, CalendarTimeKind.Date);
        }
        if (end.IsDate && !start.IsDate)
        {
            // The date of the start itself cannot be meant as its midnight.
            var sameDay = end.LocalSeconds == Floor(start.LocalSeconds);
            Report(endName, sameDay ? "is the date of the start; it was dropped" : "is a date although the start has a time; its midnight was taken");
            return start with { LocalSeconds = sameDay ? start.LocalSeconds : end.LocalSeconds };
        }
        // A floating end beside an anchored start, or the reverse, is a forgotten TZID or a stray Z: the same clock is meant.
        if (start.Kind != end.Kind && (start.Kind == CalendarTimeKind.Floating || end.Kind == CalendarTimeKind.Floating))
            return start with { LocalSeconds = end.LocalSeconds };
        return end;

        static long Floor(long seconds) => seconds - CivilDate.FloorMod(seconds, CivilDate.SecondsPerDay);
    }

    private void Read(CalendarProperty property)
    {
        switch (property.Name)
        {
            case "DTSTART": Start = Once(property, Start); break;
            case "DTEND" or "DUE": End = Once(property, End); break;
            case "DURATION": ReadDuration(property); break;
            case "RECURRENCE-ID":
                RecurrenceId = Once(property, RecurrenceId);
                ThisAndFuture = string.Equals(property.Parameter("RANGE")?.Trim(), "THISANDFUTURE", StringComparison.OrdinalIgnoreCase);
                break;
            case "RRULE": ReadRule(property, Rules ??= []); break;
            case "EXRULE": ReadRule(property, ExceptionRules ??= []); break;
            case "RDATE": ReadRecurrenceDates(property); break;
            case "EXDATE": ReadExceptionDates(property); break;
            case "STATUS": Status ??= Text(property)?.Trim().ToUpperInvariant(); break;
            case "SEQUENCE": Sequence = Number(property, int.MaxValue); break;
            case "PRIORITY": Priority = Number(property, 9); break;
            case "PERCENT-COMPLETE": PercentComplete = Number(property, 100); break;
            case "DTSTAMP": Stamp = Moment(property); break;
            case "LAST-MODIFIED": LastModified = Moment(property); break;
            case "COMPLETED": Completed = Moment(property); break;
            case "SUMMARY": Summary ??= Text(property); break;
            case "DESCRIPTION": Description ??= Text(property); break;
            case "LOCATION": Location ??= Text(property); break;
            case "URL": Url ??= Text(property)?.Trim(); break;
            case "COLOR": Color ??= Text(property)?.Trim(); break;
            case "CATEGORIES": CalendarText.AddList(property.Utf8, Categories ??= []); break;
            case "TRANSP": Transparent = Ascii.EqualsIgnoreCase(property.Utf8.Trim(" \t"u8), "TRANSPARENT"u8); break;
            case "CLASS": Private = IsPrivate(property.Utf8.Trim(" \t"u8)); break;
        }
    }

    // Whoever does not know a class is to take it for PRIVATE (RFC 5545, 3.8.1.3).
    private static bool IsPrivate(ReadOnlySpan<byte> value) => !value.IsEmpty && !Ascii.EqualsIgnoreCase(value, "PUBLIC"u8);

    private static string? Text(CalendarProperty property) => property.Utf8.IsEmpty ? null : CalendarText.Unescape(property.Utf8);

    private CalendarDateTime? Once(CalendarProperty property, CalendarDateTime? earlier)
    {
        if (earlier is null)
            return TryRead(property, property.Utf8, out var value) ? value : null;
        Report(property, "stands here a second time; the first is used");
        return earlier;
    }

    private bool TryRead(CalendarProperty property, ReadOnlySpan<byte> text, out CalendarDateTime value)
    {
        if (CalendarDateTime.TryParse(text, Zone(property), out value, out var reason))
        {
            value = AsDeclared(property, value);
            return true;
        }
        _problems.Add(property.Line, _component.Name, Uid, property.Name, reason!, text);
        return false;
    }

    private static string? Zone(CalendarProperty property) => property.Parameter("TZID")?.Trim() is { Length: > 0 } zone ? zone : null;

    // Exchange writes midnight behind VALUE=DATE.
    private static CalendarDateTime AsDeclared(CalendarProperty property, CalendarDateTime value) =>
        !value.IsDate && value.LocalSeconds % CivilDate.SecondsPerDay == 0
        && string.Equals(property.Parameter("VALUE"), "DATE", StringComparison.OrdinalIgnoreCase)
            ? new CalendarDateTime(value.LocalSeconds, CalendarTimeKind.Date)
            : value;

    private void ReadDuration(CalendarProperty property)
    {
        if (CalendarDuration.TryParse(property.Utf8, out var value, out var reason))
            Duration ??= value;
        else
            Report(property, reason!);
    }

    private void ReadRule(CalendarProperty property, List<RecurrenceRule> rules)
    {
        var utf8 = property.Utf8;
        Span<char> chars = stackalloc char[256];
        ReadOnlySpan<char> text = utf8.Length <= chars.Length ? chars[..Encoding.UTF8.GetChars(utf8, chars)] : property.RawValue;
        if (text.IsWhiteSpace())
            return;
        if (!RecurrenceRule.TryParse(text, out var rule, out var reason))
            Report(property, reason);
        else if (rules.Count < MaxRules)
            rules.Add(rule);
        else
            Report(property, $"is one rule more than the {MaxRules} an event may have");
    }

    private void ReadRecurrenceDates(CalendarProperty property)
    {
        var dates = RecurrenceDates ??= [];
        var zone = Zone(property);
        var rest = property.Utf8;
        while (NextDate(ref rest, out var text))
        {
            if (dates.Count == MaxDates)
            {
                Report(property, $"brings more than the {MaxDates} dates an event may have");
                return;
            }
            if (CalendarPeriod.TryParse(text, zone, out var period, out var reason))
                dates.Add(period with { Start = AsDeclared(property, period.Start) });
            else
                _problems.Add(property.Line, _component.Name, Uid, property.Name, reason!, text);
        }
    }

    private void ReadExceptionDates(CalendarProperty property)
    {
        var dates = ExceptionDates ??= [];
        var rest = property.Utf8;
        while (NextDate(ref rest, out var text))
        {
            if (dates.Count == MaxDates)
            {
                Report(property, $"brings more than the {MaxDates} dates an event may have");
                return;
            }
            if (TryRead(property, text, out var date))
                dates.Add(date);
        }
    }

    // Semicolons separate dates in the exports of some programs; no date has one. Empty entries say nothing and lose nothing.
    private static bool NextDate(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> text)
    {
        text = default;
        while (text.IsEmpty && !rest.IsEmpty)
        {
            var end = rest.IndexOfAny((byte)',', (byte)';');
            text = (end < 0 ? rest : rest[..end]).Trim(" \t"u8);
            rest = end < 0 ? default : rest[(end + 1)..];
        }
        return !text.IsEmpty;
    }

    private int Number(CalendarProperty property, int most)
    {
        var text = property.Utf8.Trim(" \t"u8);
        if (Utf8Parser.TryParse(text, out int number, out var read) && read == text.Length && number >= 0 && number <= most)
            return number;
        Report(property, $"is not a whole number from 0 to {most}");
        return 0;
    }

    // RFC 5545 wants UTC here; a local time is off by hours, which orders revisions well enough.
    private Instant? Moment(CalendarProperty property) =>
        TryRead(property, property.Utf8, out var value) ? Instant.FromUnixTimeSeconds(value.LocalSeconds) : null;

    private void ReadAlarms()
    {
        foreach (var nested in _component.Components)
        {
            if (nested.Name != "VALARM" || CalendarAlarm.From(nested, _problems, Uid) is not { } alarm)
                continue;
            if (Alarms is { Count: MaxAlarms })
            {
                _problems.Add(nested.Line, "VALARM", Uid, "", $"is one more than the {MaxAlarms} an event may have", default);
                return;
            }
            (Alarms ??= []).Add(alarm);
        }
    }

    private void Report(CalendarProperty property, string reason) =>
        _problems.Add(property.Line, _component.Name, Uid, property.Name, reason, property.Utf8);
}
