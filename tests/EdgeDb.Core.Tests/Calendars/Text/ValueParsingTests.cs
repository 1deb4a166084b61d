using System.Text;
using EdgeDb.Core.Calendars;
using Xunit;

namespace EdgeDb.Core.Tests.Calendars.Text;

/// <summary>What each value type reads, refuses and writes back. The examples are those of RFC 5545 §3.3 and of feeds seen in public bug reports.</summary>
public sealed class ValueParsingTests
{
    [Theory]
    [InlineData("19970714", null, "19970714", CalendarTimeKind.Date)]
    [InlineData("19980118T230000", null, "19980118T230000", CalendarTimeKind.Floating)]
    [InlineData("19980119T070000Z", null, "19980119T070000Z", CalendarTimeKind.Utc)]
    [InlineData("19980119T020000", "America/New_York", "19980119T020000", CalendarTimeKind.Zoned)]
    [InlineData("19970714", "America/New_York", "19970714", CalendarTimeKind.Date)]
    [InlineData("19980119T070000Z", "America/New_York", "19980119T070000Z", CalendarTimeKind.Utc)]
    [InlineData(" 19980119t070000z ", null, "19980119T070000Z", CalendarTimeKind.Utc)]
    [InlineData("19980119T0700", null, "19980119T070000", CalendarTimeKind.Floating)]
    [InlineData("19980119T070000.000Z", null, "19980119T070000Z", CalendarTimeKind.Utc)]
    [InlineData("1998-01-19T07:00:00+01:00", null, "19980119T060000Z", CalendarTimeKind.Utc)]
    [InlineData("1998-01-19", null, "19980119", CalendarTimeKind.Date)]
    [InlineData("19981231T240000", null, "19990101T000000", CalendarTimeKind.Floating)]
    [InlineData("19970630T235960Z", null, "19970630T235959Z", CalendarTimeKind.Utc)]
    [InlineData("20240229", null, "20240229", CalendarTimeKind.Date)]
    [InlineData("00010101", null, "00010101", CalendarTimeKind.Date)]
    [InlineData("99991231T235959Z", null, "99991231T235959Z", CalendarTimeKind.Utc)]
    public void A_date_or_time_is_read_as_it_was_meant(string text, string? zone, string expected, CalendarTimeKind kind)
    {
        Assert.True(CalendarDateTime.TryParse(Encoding.UTF8.GetBytes(text), zone, out var value, out var reason), reason);
        Assert.Equal((expected, kind), (value.ToString(), value.Kind));
        Assert.Equal(kind == CalendarTimeKind.Zoned ? zone : null, value.ZoneId);
        Assert.True(CalendarDateTime.TryParse(text, zone, out var fromChars, out _));
        Assert.Equal(value, fromChars);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("tomorrow", "is not a date or date-time")]
    [InlineData("1998011", "is not a date or date-time")]
    [InlineData("19980119070000", "is not a date or date-time")]
    [InlineData("00000101", "is not a day of the calendar")]
    [InlineData("20230229", "is not a day of the calendar")]
    [InlineData("20231301T000000", "is not a day of the calendar")]
    [InlineData("20230101T250000", "is not a time of day")]
    [InlineData("20230101T240001", "is not a time of day")]
    [InlineData("20230101T", "has no usable time")]
    [InlineData("20230101T12", "has no usable time")]
    [InlineData("20230101T120000ZZ", "has characters after its time")]
    [InlineData("99991231T240000", "is outside the years 1 to 9999")]
    [InlineData("00010101T000000+0100", "is outside the years 1 to 9999")]
    public void A_wrong_date_or_time_says_what_is_wrong(string text, string expected)
    {
        Assert.False(CalendarDateTime.TryParse(Encoding.UTF8.GetBytes(text), null, out _, out var reason));
        Assert.Equal(expected, reason);
    }

    [Theory]
    [InlineData("P15DT5H0M20S", 15, 18020, "P15DT5H20S")]
    [InlineData("P7W", 49, 0, "P49D")]
    [InlineData("-PT15M", 0, -900, "-PT15M")]
    [InlineData("-P0DT0H30M0S", 0, -1800, "-PT30M")]
    [InlineData("PT0S", 0, 0, "PT0S")]
    [InlineData("+P1DT2H", 1, 7200, "P1DT2H")]
    [InlineData("P1W2D", 9, 0, "P9D")]
    [InlineData("pt1h30m", 0, 5400, "PT1H30M")]
    [InlineData("P15M", 0, 900, "PT15M")]
    [InlineData("PT", 0, 0, "PT0S")]
    [InlineData("-P1DT1S", -1, -1, "-P1DT1S")]
    public void A_duration_keeps_days_apart_from_exact_time(string text, int days, long seconds, string written)
    {
        Assert.True(CalendarDuration.TryParse(Encoding.UTF8.GetBytes(text), out var value, out var reason), reason);
        Assert.Equal(new CalendarDuration(days, seconds), value);
        Assert.Equal(written, value.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("P")]
    [InlineData("1H")]
    [InlineData("PT15")]
    [InlineData("PTM")]
    [InlineData("P1Y")]
    [InlineData("PT1.5H")]
    [InlineData("P99999999999999D")]
    [InlineData("P9999999W")]
    public void A_wrong_duration_is_refused(string text)
    {
        Assert.False(CalendarDuration.TryParse(Encoding.UTF8.GetBytes(text), out _, out var reason));
        Assert.NotNull(reason);
    }

    [Fact]
    public void A_duration_whose_parts_disagree_in_sign_is_written_as_its_sum() =>
        Assert.Equal("PT23H", new CalendarDuration(1, -3600).ToString());

    [Theory]
    [InlineData("19970101T180000Z/19970102T070000Z", "19970101T180000Z/19970102T070000Z")]
    [InlineData("19970101T180000Z/PT5H30M", "19970101T180000Z/PT5H30M")]
    [InlineData("19970101", "19970101")]
    [InlineData(" 19960403T020000Z / pt3h ", "19960403T020000Z/PT3H")]
    public void A_period_is_read_and_written(string text, string written)
    {
        Assert.True(CalendarPeriod.TryParse(Encoding.UTF8.GetBytes(text), null, out var value, out var reason), reason);
        Assert.Equal(written, value.ToString());
    }

    [Theory]
    [InlineData("19970102T070000Z/19970101T180000Z", "ends before it starts")]
    [InlineData("19970102T070000Z/-PT1H", "ends before it starts")]
    [InlineData("19970102T070000Z/", "is empty")]
    [InlineData("/PT1H", "is empty")]
    public void A_wrong_period_says_what_is_wrong(string text, string expected)
    {
        Assert.False(CalendarPeriod.TryParse(Encoding.UTF8.GetBytes(text), null, out _, out var reason));
        Assert.Equal(expected, reason);
    }

    [Theory]
    [InlineData("-0500", -18000, "-0500")]
    [InlineData("+0100", 3600, "+0100")]
    [InlineData("-045602", -17762, "-045602")]
    [InlineData("0530", 19800, "+0530")]
    [InlineData("+05:30", 19800, "+0530")]
    [InlineData("+2", 7200, "+0200")]
    [InlineData("-0000", 0, "+0000")]
    public void An_offset_is_read_and_written(string text, int seconds, string written)
    {
        Assert.True(CalendarOffset.TryParse(Encoding.UTF8.GetBytes(text), out var value, out var reason), reason);
        Assert.Equal(seconds, value);
        Assert.Equal(written, CalendarOffset.Format(value));
    }

    [Theory]
    [InlineData("")]
    [InlineData("+")]
    [InlineData("EST")]
    [InlineData("+0160")]
    [InlineData("+1900")]
    [InlineData("+0100000")]
    public void A_wrong_offset_is_refused(string text) =>
        Assert.False(CalendarOffset.TryParse(Encoding.UTF8.GetBytes(text), out _, out _));
}
