using EdgeDb.Core.Calendars;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace EdgeDb.Core.Tests.Calendars.Recurrence;

public class RecurrencePropertyTests
{
    [Fact]
    public void A_random_rule_gives_what_the_words_of_the_RFC_give() => Holds(200, RandomRules.Rules, item =>
    {
        var (rule, start) = item;
        var last = start + RandomRules.Span(rule);
        Assert.Equal(
            NaiveRecurrence.Instances(rule, start, last),
            All(rule, start, long.MinValue, RandomRules.Seconds(last)).ConvertAll(RandomRules.Time));
    });

    [Fact]
    public void A_window_gives_what_is_in_it_of_the_whole() => Holds(
        2000,
        from item in RandomRules.Rules
        from first in Gen.Choose(-5, 100)
        from length in Gen.Choose(0, 60)
        select (item, first, length),
        window =>
        {
            var ((rule, start), first, length) = window;
            var span = RandomRules.Span(rule);
            var from = RandomRules.Seconds(start + span * (first / 100.0));
            var to = from + (long)(span.TotalSeconds * length / 100);
            var whole = All(rule, start, long.MinValue, to);
            Assert.Equal(whole.FindAll(local => local >= from), All(rule, start, from, to));
        });

    [Fact]
    public void A_window_a_century_away_gives_what_walking_there_gives() => Holds(
        300,
        from item in RandomRules.Rules
        where item.Rule.Frequency >= RecurrenceFrequency.Daily && item.Rule.Until is null
        select item,
        item =>
        {
            var (rule, start) = item;
            // A count that ends in that window, so that counting the way there is tested as well.
            var from = RandomRules.Seconds(start.AddYears(100));
            var counted = RecurrenceRule.Parse(Text(rule, All(rule, start, long.MinValue, from).Count + 3));
            var to = RandomRules.Seconds(start.AddYears(140));
            Assert.Equal(All(counted, start, long.MinValue, to).FindAll(local => local >= from), All(counted, start, from, to));
        });

    [Fact]
    public void Instances_ascend_and_a_rule_is_read_as_it_is_written() => Holds(1000, RandomRules.Rules, item =>
    {
        var (rule, start) = item;
        var found = All(rule, start, long.MinValue, RandomRules.Seconds(start + RandomRules.Span(rule)));
        for (var i = 1; i < found.Count; i++)
            Assert.True(found[i] > found[i - 1], $"{found[i]} after {found[i - 1]}");
        Assert.Equal(rule.ToString(), RecurrenceRule.Parse(rule.ToString()).ToString());
    });

    [Fact]
    public void Enumerating_does_not_allocate()
    {
        var rule = RecurrenceRule.Parse("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1,1");
        var start = RandomRules.Start(new DateTime(2000, 1, 3, 9, 0, 0));
        long Sum()
        {
            var sum = 0L;
            foreach (var local in rule.Enumerate(start, long.MinValue, start.LocalSeconds + 86_400L * 36_500))
                sum += local;
            return sum;
        }

        Sum();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var second = Sum();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.NotEqual(0, second);
    }

    [Theory]
    [InlineData("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("FREQ=SECONDLY;INTERVAL=604800;BYDAY=TU")]
    [InlineData("FREQ=SECONDLY;INTERVAL=86400;BYHOUR=3")]
    [InlineData("FREQ=MINUTELY;INTERVAL=1439;BYHOUR=3;BYMINUTE=4;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("FREQ=HOURLY;INTERVAL=168;BYDAY=SU")]
    [InlineData("FREQ=DAILY;INTERVAL=7;BYDAY=SU")]
    [InlineData("FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2")]
    [InlineData("FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31;BYMONTH=2")]
    [InlineData("FREQ=YEARLY;INTERVAL=2147483647;BYWEEKNO=53;BYMONTH=6")]
    [InlineData("FREQ=YEARLY;INTERVAL=100;BYMONTH=2;BYMONTHDAY=29;BYWEEKNO=20")]
    [InlineData("FREQ=SECONDLY;COUNT=2000000000;BYSECOND=7;INTERVAL=7;BYMONTH=2;BYMONTHDAY=30")]
    public void A_rule_that_never_matches_ends_quickly(string text)
    {
        var start = RandomRules.Start(new DateTime(2026, 1, 5, 9, 0, 0));
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.False(RecurrenceRule.Parse(text).Enumerate(start).MoveNext());
        // A search without end would be stopped by nothing.
        Assert.InRange(clock.ElapsedMilliseconds, 0, 10_000);
    }

    internal static List<long> All(RecurrenceRule rule, DateTime start, long from, long to)
    {
        var found = new List<long>();
        foreach (var local in rule.Enumerate(RandomRules.Start(start), from, to))
            found.Add(local);
        return found;
    }

    /// <summary>Runs a check on random values; a failure shows the value.</summary>
    internal static void Holds<T>(int times, Gen<T> values, Action<T> check) => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(times).WithQuietOnSuccess(true),
        Prop.ForAll(Arb.From(values), value => check(value)));

    private static string Text(RecurrenceRule rule, int count) =>
        string.Join(';', rule.ToString().Split(';').Where(part => !part.StartsWith("COUNT", StringComparison.Ordinal)).Append($"COUNT={count}"));
}
