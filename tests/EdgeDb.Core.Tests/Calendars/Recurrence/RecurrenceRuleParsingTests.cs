using EdgeDb.Core.Calendars;
using Xunit;

namespace EdgeDb.Core.Tests.Calendars.Recurrence;

public class RecurrenceRuleParsingTests
{
    [Theory]
    [InlineData("FREQ=WEEKLY", "FREQ=WEEKLY")]
    [InlineData("freq=weekly;byday=mo,We", "FREQ=WEEKLY;BYDAY=MO,WE")]
    [InlineData("FREQ=WEEKLY;INTERVAL=1;COUNT=2;BYDAY=MO;", "FREQ=WEEKLY;COUNT=2;BYDAY=MO")]
    [InlineData(" FREQ = MONTHLY ; BYDAY = +1MO, -1FR ;; ", "FREQ=MONTHLY;BYDAY=1MO,-1FR")]
    [InlineData("BYMONTH=11,1,11;FREQ=YEARLY;WKST=SU", "FREQ=YEARLY;BYMONTH=1,11;WKST=SU")]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=5,-1,5,1", "FREQ=MONTHLY;BYMONTHDAY=-1,1,5")]
    [InlineData("FREQ=DAILY;UNTIL=19971224T000000Z", "FREQ=DAILY;UNTIL=19971224T000000Z")]
    [InlineData("FREQ=DAILY;UNTIL=19971224", "FREQ=DAILY;UNTIL=19971224")]
    [InlineData("FREQ=DAILY;UNTIL=1997-12-24T09:30:00", "FREQ=DAILY;UNTIL=19971224T093000")]
    [InlineData("FREQ=DAILY;COUNT=3;UNTIL=19971224", "FREQ=DAILY;UNTIL=19971224;COUNT=3")]
    [InlineData("FREQ=DAILY;BYDAY=;COUNT=;X-NOTE=1;INTERVAL=2", "FREQ=DAILY;INTERVAL=2")]
    [InlineData("RSCALE=gregorian;FREQ=YEARLY;SKIP=OMIT;BYMONTH=2", "FREQ=YEARLY;BYMONTH=2")]
    [InlineData("FREQ=YEARLY;BYWEEKNO=-1,20;BYDAY=MO", "FREQ=YEARLY;BYDAY=MO;BYWEEKNO=-1,20")]
    [InlineData("FREQ=HOURLY;BYSECOND=60;BYMINUTE=0;BYHOUR=23;BYSETPOS=-1", "FREQ=HOURLY;BYSECOND=60;BYMINUTE=0;BYHOUR=23;BYSETPOS=-1")]
    public void A_rule_is_read_whatever_its_form_and_written_canonically(string text, string canonical)
    {
        Assert.True(RecurrenceRule.TryParse(text, out var rule, out var reason), reason);
        Assert.Equal(canonical, rule.ToString());
        Assert.Equal(canonical, RecurrenceRule.Parse(canonical).ToString());
    }

    [Fact]
    public void With_another_count_a_rule_keeps_everything_else()
    {
        const string Rule = "FREQ=YEARLY;UNTIL=20300101T000000Z;COUNT=3;INTERVAL=2;BYSECOND=1;BYMINUTE=2;BYHOUR=3;BYDAY=MO;BYMONTHDAY=4;BYYEARDAY=5;BYWEEKNO=6;BYMONTH=7;BYSETPOS=8;WKST=SU";
        var rule = RecurrenceRule.Parse(Rule);
        Assert.Equal(Rule, rule.ToString());
        Assert.Equal(Rule.Replace("COUNT=3", "COUNT=12", StringComparison.Ordinal), rule.WithCount(12).ToString());
    }

    [Theory]
    [InlineData("", "FREQ is missing")]
    [InlineData("COUNT=3", "FREQ is missing")]
    [InlineData("FREQ=FORTNIGHTLY", "FREQ=FORTNIGHTLY")]
    [InlineData("FREQ=DAILY;INTERVAL=0", "INTERVAL=0")]
    [InlineData("FREQ=DAILY;INTERVAL=-1", "INTERVAL=-1")]
    [InlineData("FREQ=DAILY;COUNT=99999999999", "COUNT=99999999999")]
    [InlineData("FREQ=DAILY;COUNT=0", "COUNT=0")]
    [InlineData("FREQ=DAILY;UNTIL=20190231", "UNTIL=20190231")]
    [InlineData("FREQ=DAILY;UNTIL=tomorrow", "UNTIL=tomorrow")]
    [InlineData("FREQ=DAILY;BYHOUR=24", "BYHOUR=24")]
    [InlineData("FREQ=DAILY;BYMINUTE=-1", "BYMINUTE=-1")]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY=0")]
    [InlineData("FREQ=YEARLY;BYYEARDAY=367", "BYYEARDAY=367")]
    [InlineData("FREQ=WEEKLY;BYDAY=XX", "BYDAY=XX")]
    [InlineData("FREQ=MONTHLY;BYDAY=0MO", "BYDAY=0MO")]
    [InlineData("FREQ=YEARLY;BYDAY=54MO", "BYDAY=54MO")]
    [InlineData("FREQ=WEEKLY;WKST=M", "WKST=M")]
    [InlineData("FREQ=WEEKLY;BYEASTER=0", "BYEASTER")]
    [InlineData("FREQ=WEEKLY;COUNT=3;COUNT=4", "COUNT is given twice")]
    [InlineData("FREQ=WEEKLY;nonsense", "nonsense")]
    [InlineData("RSCALE=CHINESE;FREQ=YEARLY", "RSCALE=CHINESE")]
    [InlineData("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD", "SKIP=FORWARD")]
    [InlineData("FREQ=MONTHLY;BYWEEKNO=20", "BYWEEKNO")]
    [InlineData("FREQ=DAILY;BYYEARDAY=1", "BYYEARDAY")]
    [InlineData("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY")]
    [InlineData("FREQ=WEEKLY;BYDAY=1MO", "BYDAY")]
    [InlineData("FREQ=YEARLY;BYWEEKNO=20;BYDAY=1MO", "BYWEEKNO")]
    [InlineData("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS")]
    public void A_rule_that_would_need_a_guess_is_refused_with_a_reason_that_names_the_part(string text, string named)
    {
        Assert.False(RecurrenceRule.TryParse(text, out var rule, out var reason));
        Assert.Null(rule);
        Assert.Contains(named, reason, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => RecurrenceRule.Parse(text));
    }

    [Fact]
    public void A_huge_list_is_read_in_linear_time_and_kept_small()
    {
        var text = "FREQ=MONTHLY;BYMONTHDAY=" + string.Join(",", Enumerable.Repeat("1,2,3", 1_000_000));
        Assert.Equal([1, 2, 3], RecurrenceRule.Parse(text).ByMonthDay);
    }
}
