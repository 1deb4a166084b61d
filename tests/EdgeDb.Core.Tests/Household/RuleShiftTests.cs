using EdgeDb.Core.Calendars;
using EdgeDb.Core.Household;
using Xunit;

namespace EdgeDb.Core.Tests.Household;

public sealed class RuleShiftTests
{
    [Theory]
    [InlineData("FREQ=DAILY", "2026-01-05T09:00:00", "2026-01-06T10:00:00", "FREQ=DAILY")]
    [InlineData("FREQ=WEEKLY;BYDAY=MO", "2026-01-05T09:00:00", "2026-01-06T09:00:00", "FREQ=WEEKLY;BYDAY=TU")]
    [InlineData("FREQ=WEEKLY;BYDAY=MO", "2026-01-05T23:00:00", "2026-01-05T22:00:00", "FREQ=WEEKLY;BYDAY=MO")]
    [InlineData("FREQ=WEEKLY;BYDAY=MO", "2026-01-05T23:00:00", "2026-01-06T01:00:00", "FREQ=WEEKLY;BYDAY=TU")]
    [InlineData("FREQ=WEEKLY;BYDAY=MO", "2026-01-05T09:00:00", "2026-01-04T09:00:00", "FREQ=WEEKLY;BYDAY=SU")]
    [InlineData("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR", "2026-01-05T09:00:00", "2026-01-07T09:00:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE,FR,SU")]
    [InlineData("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "2026-01-05T09:00:00", "2026-01-06T09:00:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU")]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=5", "2026-01-05T09:00:00", "2026-01-07T09:00:00", "FREQ=MONTHLY;BYMONTHDAY=7")]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=1,15", "2026-01-01T09:00:00", "2026-01-02T09:00:00", "FREQ=MONTHLY;BYMONTHDAY=1,15")]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-01-31T09:00:00", "2026-02-28T09:00:00", "FREQ=MONTHLY;BYMONTHDAY=-1")]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-01-31T09:00:00", "2026-01-30T09:00:00", "FREQ=MONTHLY;BYMONTHDAY=30")]
    [InlineData("FREQ=MONTHLY;BYDAY=2MO", "2026-01-12T09:00:00", "2026-01-20T09:00:00", "FREQ=MONTHLY;BYDAY=3TU")]
    [InlineData("FREQ=MONTHLY;BYDAY=-1FR", "2026-01-30T09:00:00", "2026-01-29T09:00:00", "FREQ=MONTHLY;BYDAY=-1TH")]
    [InlineData("FREQ=MONTHLY;BYDAY=-1FR", "2026-01-30T09:00:00", "2026-01-08T09:00:00", "FREQ=MONTHLY;BYDAY=2TH")]
    [InlineData("FREQ=MONTHLY;BYDAY=1MO", "2026-01-05T09:00:00", "2026-01-29T09:00:00", "FREQ=MONTHLY;BYDAY=-1TH")]
    [InlineData("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-01-30T09:00:00", "2026-01-29T09:00:00", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1")]
    [InlineData("FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=5", "2026-01-05T09:00:00", "2026-02-03T09:00:00", "FREQ=YEARLY;BYMONTHDAY=3;BYMONTH=2")]
    [InlineData("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "2026-11-26T09:00:00", "2026-12-04T09:00:00", "FREQ=YEARLY;BYDAY=1FR;BYMONTH=12")]
    [InlineData("FREQ=DAILY;BYHOUR=9;BYMINUTE=0", "2026-01-05T09:00:00", "2026-01-05T10:30:00", "FREQ=DAILY;BYMINUTE=30;BYHOUR=10")]
    [InlineData("FREQ=DAILY;BYHOUR=9,18", "2026-01-05T09:00:00", "2026-01-05T10:00:00", "FREQ=DAILY;BYHOUR=9,18")]
    [InlineData("FREQ=WEEKLY;BYDAY=TH", "1969-12-25T09:00:00", "1969-12-24T09:00:00", "FREQ=WEEKLY;BYDAY=WE")]
    public void What_a_rule_says_about_its_start_goes_along(string rule, string from, string to, string expected) =>
        Assert.Equal(expected, RuleShift.Apply(RecurrenceRule.Parse(rule), Seconds(from), Seconds(to), null).ToString());

    [Fact]
    public void The_new_end_replaces_the_old_one()
    {
        var until = new CalendarDateTime(Seconds("2026-02-01T00:00:00"), CalendarTimeKind.Date);

        var shifted = RuleShift.Apply(RecurrenceRule.Parse("FREQ=DAILY;UNTIL=20260131"), Seconds("2026-01-05T00:00:00"), Seconds("2026-01-06T00:00:00"), until);

        Assert.Equal("FREQ=DAILY;UNTIL=20260201", shifted.ToString());
    }

    private static long Seconds(string local) =>
        NodaTime.Text.LocalDateTimePattern.GeneralIso.Parse(local).Value.InUtc().ToInstant().ToUnixTimeSeconds();
}
