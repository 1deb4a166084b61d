using System.Text;
using EdgeDb.Core.Calendars;
using NodaTime;
using Xunit;

namespace EdgeDb.Core.Tests.Calendars.Text;

/// <summary>A VTIMEZONE we write says the same as the zone it was made of.</summary>
public sealed class TimeZoneComponentTests
{
    [Fact]
    public void A_zone_with_yearly_rules_is_written_with_them()
    {
        const string expected = """
            BEGIN:VTIMEZONE
            TZID:Europe/Berlin
            X-LIC-LOCATION:Europe/Berlin
            BEGIN:DAYLIGHT
            DTSTART:20250330T020000
            TZOFFSETFROM:+0100
            TZOFFSETTO:+0200
            TZNAME:CEST
            RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
            END:DAYLIGHT
            BEGIN:STANDARD
            DTSTART:20251026T030000
            TZOFFSETFROM:+0200
            TZOFFSETTO:+0100
            TZNAME:CET
            RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
            END:STANDARD
            END:VTIMEZONE

            """;
        Assert.Equal(expected.ReplaceLineEndings("\r\n"), Encoding.UTF8.GetString(CalendarWriter.ToUtf8(Create("Europe/Berlin", 2026))));
    }

    [Theory]
    [InlineData("America/New_York", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU")]
    [InlineData("America/New_York", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU")]
    [InlineData("Asia/Jerusalem", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=FR;BYMONTHDAY=23,24,25,26,27,28,29")]
    public void Rules_of_all_forms_are_found(string zone, string rule) =>
        Assert.Contains(rule, Encoding.UTF8.GetString(CalendarWriter.ToUtf8(Create(zone, 2026))).Replace("\r\n ", "", StringComparison.Ordinal), StringComparison.Ordinal);

    [Fact]
    public void Ireland_has_its_daylight_time_in_summer()
    {
        var summer = Assert.Single(Create("Europe/Dublin", 2026).Components, c => c.Name == "DAYLIGHT");
        Assert.Equal("IST", summer.Property("TZNAME")!.RawValue);
    }

    [Theory]
    [InlineData(1970)]
    [InlineData(2026)]
    public void Every_zone_is_read_back_with_the_same_offsets(int fromYear)
    {
        var problems = new CalendarProblems();
        var wrong = new List<string>();
        foreach (var id in DateTimeZoneProviders.Tzdb.Ids)
        {
            var zone = DateTimeZoneProviders.Tzdb[id];
            using var reader = new CalendarReader(new MemoryStream(CalendarWriter.ToUtf8(Create(id, fromYear))), problems);
            var read = DefinedTimeZone.From(CalendarTimeZoneDefinition.From(reader.Read()!, problems)!);
            // Every change and the moments around it, up to the last year our own reader works zones out for.
            var (from, to) = (Instant.FromUtc(fromYear, 1, 1, 12, 0), Instant.FromUtc(2099, 12, 1, 0, 0));
            foreach (var interval in zone.GetZoneIntervals(from, to))
            {
                var start = interval.HasStart && interval.Start > from ? interval.Start : from;
                if (start < to && (read.GetUtcOffset(start) != interval.WallOffset || (start > from && read.GetUtcOffset(start - Duration.Epsilon) != zone.GetUtcOffset(start - Duration.Epsilon))))
                {
                    wrong.Add($"{id} at {start}");
                    break;
                }
            }
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.Empty(problems.Items);
    }

    [Fact]
    public void No_zone_takes_more_than_a_few_kilobytes() =>
        Assert.All(DateTimeZoneProviders.Tzdb.Ids, id => Assert.InRange(CalendarWriter.ToUtf8(Create(id, 1900)).Length, 100, 10_000));

    private static CalendarComponent Create(string id, int fromYear) => TimeZoneComponent.Create(DateTimeZoneProviders.Tzdb[id], id, fromYear);
}
