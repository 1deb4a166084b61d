using EdgeDb.Core.Calendars;
using FsCheck.Fluent;
using NodaTime;
using Xunit;

namespace EdgeDb.Core.Tests.Calendars.Recurrence;

public class ZoneTests
{
    // Half-hour saving time, years with none, saving time that ends for a month, changes at midnight, a day that was skipped.
    public static TheoryData<string> Zones =>
    [
        "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Casablanca", "Asia/Tehran",
        "Pacific/Apia", "America/St_Johns", "Europe/Dublin", "Asia/Gaza", "Antarctica/Troll", "UTC",
    ];

    [Theory, MemberData(nameof(Zones))]
    public void A_clock_agrees_with_NodaTime_at_every_change_and_between(string id)
    {
        var zone = DateTimeZoneProviders.Tzdb[id];
        var clock = new ZoneClock(zone);
        // Before, inside of and after the table of the clock.
        var moments = zone.GetZoneIntervals(Instant.FromUtc(1970, 1, 1, 0, 0), Instant.FromUtc(2075, 1, 1, 0, 0))
            .Where(interval => interval.HasStart).Select(interval => interval.Start.ToUnixTimeSeconds())
            .Append(Instant.FromUtc(1800, 1, 1, 0, 0).ToUnixTimeSeconds());
        var hint = 0;
        foreach (var moment in moments)
        {
            foreach (var near in new[] { -90_000, -7201, -3601, -3600, -1801, -1, 0, 1, 1799, 1800, 3599, 3600, 7200, 40_000, 90_000 })
            {
                var utc = moment + near;
                Assert.Equal(zone.GetUtcOffset(Instant.FromUnixTimeSeconds(utc)).Seconds, clock.ToLocal(utc) - utc);
                var local = clock.ToLocal(moment) + near;
                Assert.Equal(Resolve(zone, local), clock.ToUtc(local, ref hint));
                Assert.Equal(Resolve(zone, local), clock.ToUtc(local));
            }
        }
    }

    [Fact]
    public void A_clock_agrees_with_NodaTime_at_random_times_of_all_zones()
    {
        var ids = DateTimeZoneProviders.Tzdb.Ids.ToArray();
        RecurrencePropertyTests.Holds(
            1000,
            from zone in Gen.Elements(ids)
            from day in Gen.Choose(5000, 35_000)
            from second in Gen.Choose(0, 86_399)
            select (zone, Local: day * 86_400L + second),
            item =>
            {
                var zone = DateTimeZoneProviders.Tzdb[item.zone];
                Assert.Equal(Resolve(zone, item.Local), CalendarZones.Clock(zone).ToUtc(item.Local));
            });
    }

    [Theory]
    [InlineData("Europe/Berlin", "Europe/Berlin")]
    [InlineData("europe/berlin", "Europe/Berlin")]
    [InlineData("\"Europe/Berlin\"", "Europe/Berlin")]
    [InlineData("America/New York", "America/New_York")]
    [InlineData("US/Eastern", "US/Eastern")]
    [InlineData("W. Europe Standard Time", "Europe/Berlin")]
    [InlineData("Eastern Standard Time", "America/New_York")]
    [InlineData("/mozilla.org/20050126_1/Europe/Berlin", "Europe/Berlin")]
    [InlineData("/freeassociation.sourceforge.net/Tzfile/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires")]
    [InlineData("/freeassociation.sourceforge.net/Europe/London", "Europe/London")]
    [InlineData("/citadel.org/20210210_1/Europe/Vienna", "Europe/Vienna")]
    [InlineData("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "Europe/Amsterdam")]
    [InlineData("(GMT+01.00) Amsterdam / Berlin / Bern / Rome", null)]
    [InlineData("(UTC-05:00) Eastern Time (US & Canada)", "America/New_York")]
    [InlineData("Pacific Time (US & Canada)", "America/Los_Angeles")]
    [InlineData("(UTC) Coordinated Universal Time", "Etc/UTC")]
    [InlineData("(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi", "Asia/Kolkata")]
    [InlineData("(GMT+09:00) Osaka, Sapporo, Tokyo", "Asia/Tokyo")]
    [InlineData("UTC+2", "UTC+02")]
    [InlineData("GMT-0500", "UTC-05")]
    [InlineData("UTC+05:45", "UTC+05:45")]
    [InlineData("+01:00", "UTC+01")]
    [InlineData("GMT +0100 (Standard) / GMT +0200 (Daylight)", "UTC+01")]
    [InlineData("tzone://Microsoft/Utc", "UTC")]
    [InlineData("Customized Time Zone", null)]
    [InlineData("Paris", null)]
    [InlineData("UTC+99", null)]
    [InlineData("", null)]
    public void A_zone_is_found_by_the_names_programs_give_it(string name, string? id)
    {
        var problems = new CalendarProblems();
        var zones = new CalendarZones([], problems);
        Assert.Equal(id, zones.Find(name)?.Id);
        Assert.Equal(id, zones.Find(name)?.Id);
        Assert.Equal(id is null ? 1 : 0, problems.Count);
    }

    [Fact]
    public void A_name_nobody_knows_takes_the_rules_of_the_calendars_own_definition()
    {
        var zone = new CalendarZones([Berlin("Customized Time Zone")]).Find("Customized Time Zone");
        Assert.NotNull(zone);
        var berlin = DateTimeZoneProviders.Tzdb["Europe/Berlin"];
        for (var day = Instant.FromUtc(1997, 1, 1, 0, 30); day < Instant.FromUtc(2099, 1, 1, 0, 0); day += Duration.FromHours(5))
            Assert.Equal(berlin.GetUtcOffset(day), zone.GetUtcOffset(day));
        // Before the first onset the offset it starts from applies, after the last one it stays.
        Assert.Equal(Offset.FromHours(1), zone.GetUtcOffset(Instant.FromUtc(1960, 7, 1, 0, 0)));
        Assert.Equal(Offset.FromHours(1), zone.GetUtcOffset(Instant.FromUtc(2300, 7, 1, 0, 0)));
    }

    [Fact]
    public void IANA_wins_over_a_definition_of_the_same_name()
    {
        var definition = new CalendarTimeZoneDefinition(
            "Europe/Berlin", null, [new(false, At(1970, 1, 1, 0), 3600, 3600, "CET", [], [])]);
        Assert.Equal(
            Offset.FromHours(2), new CalendarZones([definition]).Find("Europe/Berlin")!.GetUtcOffset(Instant.FromUtc(2026, 7, 1, 0, 0)));
    }

    [Fact]
    public void The_location_of_a_definition_names_its_zone() => Assert.Equal(
        "Europe/Berlin", new CalendarZones([Berlin("Mine") with { Location = "Europe/Berlin" }]).Find("Mine")!.Id);

    [Fact]
    public void A_hostile_definition_is_bounded()
    {
        var definition = new CalendarTimeZoneDefinition(
            "x", null, [new(false, At(1970, 1, 1, 0), 3600, 7200, null, [RecurrenceRule.Parse("FREQ=SECONDLY")], [])]);
        var zone = DefinedTimeZone.From(definition);
        Assert.InRange(zone.GetZoneIntervals(Instant.MinValue, Instant.MaxValue).Count(), 1, DefinedTimeZone.MaxOnsets + 1);
    }

    private static CalendarTimeZoneDefinition Berlin(string id) => new(id, null,
    [
        new(true, At(1981, 3, 29, 2), 3600, 7200, "CEST", [RecurrenceRule.Parse("FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3")], []),
        new(false, At(1996, 10, 27, 3), 7200, 3600, "CET", [RecurrenceRule.Parse("FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10")], []),
    ]);

    private static CalendarDateTime At(int year, int month, int day, int hour) =>
        new(RandomRules.Seconds(new DateTime(year, month, day, hour, 0, 0)), CalendarTimeKind.Floating);

    // RFC 5545 §3.3.5: a skipped time has the offset before the gap, of a doubled one the first counts.
    private static long Resolve(DateTimeZone zone, long local)
    {
        var mapping = zone.MapLocal(new CalendarDateTime(local, CalendarTimeKind.Floating).Local);
        return mapping.Count == 0
            ? local - mapping.EarlyInterval.WallOffset.Seconds : mapping.First().ToInstant().ToUnixTimeSeconds();
    }
}
