using System.Globalization;
using System.Text;
using System.Text.Json;
using EdgeDb.Core.Calendars;
using Xunit;

namespace EdgeDb.Conformance.Reading;

/// <summary>The ics/jCal (RFC 7265) pairs of ical.js: names, parameters and values of every property agree.</summary>
public sealed class JcalTests
{
    /// <summary>Pairs that cannot agree, each with its reason.</summary>
    private static readonly Dictionary<string, string> Exceptions = new(StringComparer.Ordinal)
    {
        ["grouped"] = "ical.js takes the group of a vCard name apart; the reader keeps X- names whole, dots included",
        ["multiple_root_components"] = "two calendars in one file: the reader lists the properties of both together",
    };

    public static TheoryData<string> Pairs()
    {
        var pairs = new TheoryData<string>();
        if (Directory.Exists(Path.Combine(Datasets.Root, "ics-icaljs")))
            foreach (var path in Datasets.Files("ics-icaljs/test/parser", "*.json"))
                if (!Exceptions.ContainsKey(Path.GetFileNameWithoutExtension(path)))
                    pairs.Add(Path.GetFileNameWithoutExtension(path));
        if (pairs.Count == 0)
            pairs.Add("rfc");
        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Properties_agree(string pair)
    {
        using var reader = new CalendarReader(
            new MemoryStream(File.ReadAllBytes(Datasets.Require($"ics-icaljs/test/parser/{pair}.ics"))), new CalendarProblems());
        var components = new List<CalendarComponent>();
        while (reader.Read() is { } component)
            components.Add(component);
        using var json = JsonDocument.Parse(File.ReadAllBytes(Datasets.Require($"ics-icaljs/test/parser/{pair}.json")));

        var expected = new StringBuilder();
        Expect(expected, json.RootElement);
        var actual = new StringBuilder("vcalendar\n");
        foreach (var property in reader.CalendarProperties)
            Describe(actual, property, json.RootElement[1], reader.CalendarProperties);
        foreach (var (component, index) in components.Select((c, i) => (c, i)))
            Describe(actual, component, json.RootElement[2][index]);
        Assert.Equal(expected.ToString(), actual.ToString());
    }

    private static void Expect(StringBuilder text, JsonElement component)
    {
        text.Append(component[0].GetString()).Append('\n');
        foreach (var property in component[1].EnumerateArray())
        {
            text.Append(property[0].GetString());
            foreach (var parameter in property[1].EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal))
                text.Append(';').Append(parameter.Name).Append('=').Append(
                    parameter.Value.ValueKind == JsonValueKind.Array ? string.Join(',', parameter.Value.EnumerateArray().Select(v => v.GetString())) : parameter.Value.GetString());
            text.Append(':').AppendJoin('|', property.EnumerateArray().Skip(3).Select(value => Expected(value, property[2].GetString()!))).Append('\n');
        }
        foreach (var nested in component[2].EnumerateArray())
            Expect(text, nested);
    }

    private static string Expected(JsonElement value, string type) => value.ValueKind switch
    {
        JsonValueKind.Array => string.Join(type switch { "period" => '/', "recur-part" => ',', _ => ';' }, value.EnumerateArray().Select(part => Expected(part, type == "period" ? "date-time" : type))),
        JsonValueKind.Number => value.GetDouble().ToString(CultureInfo.InvariantCulture),
        JsonValueKind.True => "TRUE",
        JsonValueKind.False => "FALSE",
        JsonValueKind.Object => string.Join(';', value.EnumerateObject().Select(part => $"{part.Name}={Expected(part.Value, "recur-part")}".ToUpperInvariant()).Order(StringComparer.Ordinal)),
        _ => Basic(value.GetString()!, type),
    };

    private static void Describe(StringBuilder text, CalendarComponent component, JsonElement expected)
    {
        text.Append(component.Name.ToLowerInvariant()).Append('\n');
        foreach (var property in component.Properties)
            Describe(text, property, expected[1], component.Properties);
        foreach (var (nested, index) in component.Components.Select((c, i) => (c, i)))
            Describe(text, nested, expected[2][index]);
    }

    private static void Describe(StringBuilder text, CalendarProperty property, JsonElement expected, IEnumerable<CalendarProperty> all)
    {
        // The type is jCal's to state; the reader keeps values raw.
        var type = expected[all.TakeWhile(p => !ReferenceEquals(p, property)).Count()][2].GetString()!;
        text.Append(property.Name.ToLowerInvariant());
        foreach (var parameter in property.Parameters.Where(p => p.Name != "VALUE").OrderBy(p => p.Name, StringComparer.OrdinalIgnoreCase))
            text.Append(';').Append(parameter.Name.ToLowerInvariant()).Append('=').AppendJoin(',', parameter.Values);
        text.Append(':').AppendJoin('|', Values(property, type)).Append('\n');
    }

    private static IEnumerable<string> Values(CalendarProperty property, string type)
    {
        var raw = property.RawValue;
        switch (type)
        {
            case "text" when property.Name is "CATEGORIES" or "RESOURCES":
                var list = new List<string>();
                CalendarText.AddList(property.Utf8, list);
                return list;
            case "text":
                return [CalendarText.Unescape(raw)];
            case "recur":
                return [string.Join(';', raw.Split(';').Select(p => p.ToUpperInvariant()).Order(StringComparer.Ordinal))];
            case "date" or "date-time" or "period" or "utc-offset":
                return raw.Split(',').Select(value => Basic(value, type));
            case "float" or "integer":
                return raw.Split(',').Select(value => string.Join(';', value.Split(';').Select(n => Number(n))));
            // As for numbers below: ical.js reads what is no boolean as false.
            case "boolean":
                return [raw == "TRUE" ? raw : "FALSE"];
            default:
                return [raw];
        }
    }

    // ical.js replaces what is no number by 0, where the reader keeps the raw value.
    private static string Number(string text) =>
        (double.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : 0).ToString(CultureInfo.InvariantCulture);

    // jCal writes dates, times and offsets in ISO 8601's extended form, iCalendar in the basic one.
    private static string Basic(string value, string type) => type switch
    {
        "time" => value.Replace(":", "", StringComparison.Ordinal),
        "date" or "date-time" or "recur-part" => CalendarDateTime.TryParse(value, null, out var time, out _) ? time.ToString() : value,
        "period" => CalendarPeriod.TryParse(Encoding.UTF8.GetBytes(value), null, out var period, out _) ? period.ToString() : value,
        "utc-offset" => CalendarOffset.TryParse(Encoding.UTF8.GetBytes(value), out var offset, out _) ? CalendarOffset.Format(offset) : value,
        _ => value,
    };
}
