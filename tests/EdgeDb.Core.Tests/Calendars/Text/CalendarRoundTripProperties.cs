using System.Buffers;
using System.Text;
using EdgeDb.Core.Calendars;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace EdgeDb.Core.Tests.Calendars.Text;

/// <summary>Laws of reading and writing, over generated input.</summary>
public sealed class CalendarRoundTripProperties
{
    // Everything that means something to the format, beside letters of one to four UTF-8 bytes.
    private static readonly Gen<string> Text = Gen.Elements(
            "a", "B", "7", " ", "\t", ";", ":", ",", "=", "\"", "^", "^n", "\\", "\\n", "\n", "\r\n", "ä", "€", "🧀", "BEGIN:VEVENT", "END:VEVENT", "x-y", "\u00A0", "\u0001")
        .ListOf().Select(string.Concat);

    private static readonly Gen<string> Name = Gen.Elements("SUMMARY", "DTSTART", "X-A_B", "TZID", "ATTENDEE", "X-C.D", "9");

    private static readonly Gen<CalendarParameter> Parameter =
        from name in Name.Where(name => name != "TZID")
        from values in Text.ListOf()
        select new CalendarParameter(name, values.Take(4).Select(WithOneLineBreak).ToArray());

    private static readonly Gen<CalendarProperty> Property =
        from name in Name
        from parameters in Parameter.ListOf()
        from text in Text
        select new CalendarProperty(name, parameters.Take(4).ToArray(), CalendarText.Escape(text));

    // Values that are right, wrong, at the ends of the calendar, and of the wrong type for their property.
    private static readonly Gen<string> Value = Gen.Elements(
        "20260105", "20260105T090000", "20260105T090000Z", "00010101T000000", "99991231T235959Z", "99991231", "20261399", "", "x", "-1", "5", "P1D", "-PT15M", "PT",
        "P3652059D", "+0100", "-1800", "+1800", "FREQ=DAILY", "FREQ=YEARLY;COUNT=3", "20260105T090000Z/PT1H", "20260105,20260106,,", "CANCELLED", "a,b\\,c");

    private static readonly Gen<CalendarComponent> Alarm = Block("VALARM", "TRIGGER", "ACTION", "DURATION", "REPEAT");

    private static readonly Gen<CalendarComponent> Observance =
        Gen.Elements("STANDARD", "DAYLIGHT").SelectMany(name => Block(name, "DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE", "TZNAME"));

    private static readonly Gen<List<CalendarComponent>> Components = Gen.OneOf(
            Nesting(Block("VEVENT", "UID", "DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "RRULE", "RDATE", "EXDATE", "SEQUENCE", "STATUS", "DTSTAMP", "CATEGORIES"), Alarm),
            Nesting(Block("VTODO", "DTSTART", "DUE", "DURATION", "COMPLETED", "PRIORITY", "PERCENT-COMPLETE", "STATUS"), Alarm),
            Nesting(Block("VTIMEZONE", "TZID", "X-LIC-LOCATION"), Observance))
        .ListOf().Select(components => components.ToList());

    [Fact]
    public void What_is_written_is_read_back_equal() => Check(Prop.ForAll(Property.ListOf().ToArbitrary(), properties =>
    {
        var component = new CalendarComponent("VEVENT");
        component.Properties.AddRange(properties);
        Assert.Equal(properties, Read(CalendarWriter.ToUtf8(component)).Single().Properties);
    }));

    [Fact]
    public void Reading_and_writing_arbitrary_lines_is_a_fixed_point_after_the_first_time() => Check(Prop.ForAll(Text.ListOf().ToArbitrary(), lines =>
    {
        var once = Write(Read(Encoding.UTF8.GetBytes($"BEGIN:VEVENT\n{string.Join('\n', lines)}\nEND:VEVENT\n")));
        Assert.Equal(Encoding.UTF8.GetString(once), Encoding.UTF8.GetString(Write(Read(once))));
    }));

    [Fact]
    public void Arbitrary_bytes_are_read_without_an_exception_to_a_fixed_point() => Check(Prop.ForAll<byte[]>(bytes =>
    {
        var once = Write(Read([.. "BEGIN:VEVENT\nSUMMARY"u8, .. bytes]));
        Assert.Equal(once, Write(Read(once)));
    }));

    [Fact]
    public void Whatever_the_values_are_every_component_is_typed_or_reported() => Check(Prop.ForAll(Components.ToArbitrary(), components =>
    {
        var document = CalendarDocument.Read(new MemoryStream(Write(components)), keepText: true);
        foreach (var calendarEvent in document.Series.SelectMany(series => series.Overrides.Prepend(series.Master).OfType<CalendarEvent>()))
        {
            // Every value can be shown: nothing lies outside of the calendar.
            Assert.NotNull($"{calendarEvent.Start}{calendarEvent.End}{calendarEvent.Duration}{calendarEvent.RecurrenceId}");
            Assert.True(calendarEvent.End is not { } end || end.Kind != calendarEvent.Start.Kind || end.ZoneId != calendarEvent.Start.ZoneId || end.LocalSeconds >= calendarEvent.Start.LocalSeconds);
            Assert.NotEmpty(calendarEvent.Uid);
        }
        var expander = new OccurrenceExpander(new CalendarZones(document.Zones));
        var found = new List<Occurrence>();
        foreach (var series in document.Series)
        {
            expander.Expand(series, CivilDate.MinSeconds - CivilDate.SecondsPerDay, CivilDate.MinSeconds + CivilDate.SecondsPerDay, 100, found);
            expander.Expand(series, CivilDate.MaxSeconds - CivilDate.SecondsPerDay, CivilDate.MaxSeconds + CivilDate.SecondsPerDay, 100, found);
            expander.Expand(series, 1_767_225_600, 1_767_225_600 + (90 * CivilDate.SecondsPerDay), 100, found);
        }
        Assert.All(found, occurrence => Assert.InRange(occurrence.End, occurrence.Start, long.MaxValue));
        foreach (var zone in document.Zones)
            Assert.InRange(DefinedTimeZone.From(zone).GetUtcOffset(NodaTime.Instant.FromUtc(2026, 1, 1, 0, 0)).Seconds, -CalendarOffset.MaxSeconds, CalendarOffset.MaxSeconds);
    }));

    [Fact]
    public void Unescaping_inverts_escaping() => Check(Prop.ForAll(Text.ToArbitrary(), text =>
        Assert.Equal(text.Replace("\r\n", "\n", StringComparison.Ordinal), CalendarText.Unescape(CalendarText.Escape(text)))));

    [Fact]
    public void The_place_of_folds_does_not_matter() => Check(Prop.ForAll(Property.ToArbitrary(), Gen.Choose(1, 9).ToArbitrary(), (property, width) =>
    {
        var output = new ArrayBufferWriter<byte>();
        new CalendarWriter(output).Write(property);
        var unfolded = Encoding.UTF8.GetString(output.WrittenSpan).Replace("\r\n ", "", StringComparison.Ordinal);
        var bytes = Encoding.UTF8.GetBytes(unfolded[..^2]);
        var folded = new List<byte>();
        for (var i = 0; i < bytes.Length; i++)
            folded.AddRange(i > 0 && i % width == 0 ? [(byte)'\n', (byte)'\t', bytes[i]] : [bytes[i]]);
        Assert.Equal(property, Read([.. "BEGIN:VEVENT\n"u8, .. folded, .. "\nEND:VEVENT"u8]).Single().Properties.Single());
    }));

    // A parameter can hold "\n" only.
    private static string WithOneLineBreak(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal);

    private static Gen<CalendarComponent> Block(string name, params string[] properties) =>
        from read in (
            from property in Gen.Elements(properties)
            from value in Value
            from parameter in Gen.Elements<CalendarParameter?>(null, null, new CalendarParameter("TZID", "Europe/Berlin"), new CalendarParameter("TZID", "Pacific/Kiritimati"), new CalendarParameter("TZID", "x"), new CalendarParameter("VALUE", "DATE"))
            select new CalendarProperty(property, parameter is null ? [] : [parameter], value)).ListOf()
        select With(new CalendarComponent(name), component => component.Properties.AddRange(read));

    private static Gen<CalendarComponent> Nesting(Gen<CalendarComponent> outer, Gen<CalendarComponent> inner) =>
        from component in outer
        from nested in inner.ListOf()
        select With(component, c => c.Components.AddRange(nested));

    private static CalendarComponent With(CalendarComponent component, Action<CalendarComponent> change)
    {
        change(component);
        return component;
    }

    private static void Check(Property property) => FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), property);

    private static byte[] Write(List<CalendarComponent> components)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new CalendarWriter(output);
        foreach (var component in components)
            writer.Write(component);
        return output.WrittenSpan.ToArray();
    }

    private static List<CalendarComponent> Read(byte[] bytes)
    {
        using var reader = new CalendarReader(new MemoryStream(bytes), new CalendarProblems());
        var components = new List<CalendarComponent>();
        while (reader.Read() is { } component)
            components.Add(component);
        return components;
    }
}
