using System.Globalization;
using NodaTime;
using NodaTime.Text;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace EdgeDb.Conformance.Recurrence;

/// <summary>
/// calendarbot's specifications of spoken summaries. Its sentences are its own; what is checked here is what they have to be true
/// of: which meetings a person has on that day, when the last one ends, which are all-day, back to back or running now.
/// </summary>
public class CalendarBotSpeechTests
{
    private const string Specs = "spec-calendarbot/tests/spec_runners/alexa_specs.yaml";
    private const string Files = "spec-calendarbot/tests/fixtures/ics";

    // It counts an all-day event as 00:00Z to 00:00Z, so in Los Angeles a holiday "ends" at 4 pm. A date is a date in every zone
    // (RFC 5545 §3.3.4): it ends at midnight where one is.
    private const string EndsAllDayAtFour = "comprehensive_done_for_day_all_day_event";

    public static TheoryData<string> Cases() => CalendarBotSpecs.Names(Specs);

    [Theory, MemberData(nameof(Cases))]
    public void What_is_said_of_a_day_is_true(string testId)
    {
        Datasets.Require(Specs);
        var spec = CalendarBotSpecs.Find(Specs, testId);
        var query = CalendarBotSpecs.Node(spec, "query_params")!;
        var zone = DateTimeZoneProviders.Tzdb[CalendarBotSpecs.Text(query, "tz") ?? CalendarBotSpecs.Text(query, "timezone")!];
        var now = OffsetDateTimePattern.ExtendedIso.Parse(CalendarBotSpecs.Text(spec, "datetime_override")!).Value.InZone(zone).LocalDateTime;
        var day = CalendarBotSpecs.Text(query, "date") is { } date ? LocalDatePattern.Iso.Parse(date).Value
            : CalendarBotSpecs.Text(spec, "category") == "morning_summary" ? now.Date.PlusDays(1) : now.Date;
        var meetings = Shown.Between(
            Path.Combine(Datasets.Root, Files, CalendarBotSpecs.Text(spec, "ics_file")!), zone, day.AtMidnight(), day.PlusDays(1).AtMidnight());

        var expected = CalendarBotSpecs.Node(spec, "expected")!;
        if (CalendarBotSpecs.Node(expected, "field_exact_match") is { } fields && CalendarBotSpecs.Text(fields, "has_meetings_today") is { } has)
            Assert.Equal(has, meetings.Count > 0 ? "true" : "false");
        foreach (var pattern in CalendarBotSpecs.Node(expected, "speech_text_patterns") as YamlSequenceNode ?? new YamlSequenceNode())
        {
            var said = ((YamlScalarNode)pattern).Value!;
            if (testId == EndsAllDayAtFour && said == "4:00 pm")
                Assert.Equal(day.PlusDays(1).AtMidnight(), Assert.Single(meetings).End);
            else
                Assert.True(IsTrue(said, day, now, meetings), $"\"{said}\" is not true of {string.Join(", ", meetings)}");
        }
    }

    private static bool IsTrue(string said, LocalDate day, LocalDateTime now, List<Shown> meetings) => said switch
    {
        "No meetings" or "no meetings" or "free morning" => meetings.Count == 0,
        "tomorrow" => day == now.Date.PlusDays(1),
        "Monday" => day.DayOfWeek == IsoDayOfWeek.Monday,
        "meeting" => meetings.Count > 0,
        "light" => meetings.Count is 1 or 2,
        "early" => meetings[0].Start.TimeOfDay < new LocalTime(8, 0),
        "all day" => meetings.Exists(shown => shown.AllDay),
        "currently" => meetings.Exists(shown => shown.Start <= now && shown.End > now),
        "done" => meetings.TrueForAll(shown => shown.End <= now),
        "back-to-back" => meetings.Zip(meetings.Skip(1)).Any(pair => pair.First.End == pair.Second.Start),
        [>= '0' and <= '9', ..] => meetings.Exists(shown => Clock(shown.Start) == said || Clock(shown.End) == said),
        _ => meetings.Exists(shown => shown.Event.Summary == said),
    };

    private static string Clock(LocalDateTime time) => time.ToString("h:mm tt", CultureInfo.InvariantCulture).ToLowerInvariant();
}
