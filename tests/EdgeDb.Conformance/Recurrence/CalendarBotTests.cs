using NodaTime;
using NodaTime.Text;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace EdgeDb.Conformance.Recurrence;

/// <summary>calendarbot's "what is next" specifications: a file, a moment, and the meeting that must come next.</summary>
public class CalendarBotTests
{
    private const string Specs = "spec-calendarbot/tests/spec_runners/specs.yaml";
    private const string Files = "spec-calendarbot/tests/fixtures/ics";

    // Both want one hour for an event from 01:30 to 02:30 in Los Angeles on the night the clocks go back. 01:30 is the first of two
    // (RFC 5545 §3.3.5; their own start says so, 08:30Z), 02:30 comes once, at 10:30Z: two hours pass.
    private static readonly string[] CountsTheRepeatedHourOnce = ["dst_transition_timezone_202511", "dst_transition_overlapping_202511"];

    public static TheoryData<string> Cases() => CalendarBotSpecs.Names(Specs);

    [Theory, MemberData(nameof(Cases))]
    public void The_next_meeting_is_right(string testId)
    {
        Datasets.Require(Specs);
        var spec = CalendarBotSpecs.Find(Specs, testId);
        var now = OffsetDateTimePattern.ExtendedIso.Parse(CalendarBotSpecs.Text(spec, "datetime_override")!).Value.ToInstant();
        var from = now.InUtc().LocalDateTime;
        // It wants what has not begun, a year ahead at most; two at one time in the order of their UIDs.
        var next = Shown.Between(
                Path.Combine(Datasets.Root, Files, CalendarBotSpecs.Text(spec, "ics_file")!), DateTimeZone.Utc, from, from.PlusYears(1))
            .FirstOrDefault(shown => shown.Start >= from);

        var expected = CalendarBotSpecs.Node(CalendarBotSpecs.Node(spec, "expected")!, "meeting") as YamlMappingNode;
        if (expected is null)
        {
            Assert.Null(next);
            return;
        }

        Assert.NotNull(next);
        Assert.Equal(CalendarBotSpecs.Text(expected, "subject"), next.Event.Summary);
        Assert.Equal(CalendarBotSpecs.Text(expected, "location") ?? "", next.Event.Location ?? "");
        Assert.Equal(CalendarBotSpecs.Text(expected, "description") ?? "", next.Event.Description ?? "");
        // An all-day event has no instant; the specification writes its date as midnight UTC, which is how Shown places it here.
        Assert.Equal(InstantPattern.General.Parse(CalendarBotSpecs.Text(expected, "start_iso")!).Value, next.Start.InUtc().ToInstant());
        Assert.Equal(
            CountsTheRepeatedHourOnce.Contains(testId) ? "7200" : CalendarBotSpecs.Text(expected, "duration_seconds"),
            $"{Shown.Seconds(next.End) - Shown.Seconds(next.Start)}");
    }
}
