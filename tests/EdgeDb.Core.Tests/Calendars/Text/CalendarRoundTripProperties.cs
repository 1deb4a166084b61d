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

    private static void Check(Property property) => FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), property);

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
