using EdgeDb.Core.Calendars;
using FsCheck;
using FsCheck.Fluent;
using NodaTime;
using Xunit;

namespace EdgeDb.Core.Tests.Calendars.Recurrence;

public class ExpansionPropertyTests
{
    private static readonly string[] Zones =
    [
        "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Casablanca", "Asia/Tehran", "Pacific/Apia",
    ];

    // Series that recur daily to yearly with exceptions, added dates and overrides; a random seed makes all of it.
    private static Gen<RandomSeries> SeriesOf =>
        from item in RandomRules.Rules
        where item.Rule.Frequency >= RecurrenceFrequency.Daily
        from seed in Gen.Choose(0, int.MaxValue - 1)
        select RandomSeries.Make(item.Rule, item.Start, new System.Random(seed));

    [Fact]
    public void A_series_shows_what_a_naive_walk_of_it_shows() => Holds(300, SeriesOf, series =>
    {
        var zone = DateTimeZoneProviders.Tzdb[series.Zone];
        var last = series.Start.AddDays(900);
        var master = series.Series.Master!;
        var locals = NaiveRecurrence.Instances(master.Rules[0], series.Start, last.AddDays(2)).Select(RandomRules.Seconds).ToHashSet();
        var until = master.Rules[0].Until;
        if (until is null || NaiveUntil(until.Value) >= RandomRules.Seconds(series.Start))
            locals.Add(RandomRules.Seconds(series.Start));
        locals.UnionWith(master.RecurrenceDates.Select(period => period.Start.LocalSeconds));

        var excluded = master.ExceptionDates.Select(date => Utc(zone, date.LocalSeconds)).ToHashSet();
        var originals = locals.Select(local => Utc(zone, local)).Where(utc => !excluded.Contains(utc)).ToHashSet();
        var overrides = series.Series.Overrides
            .GroupBy(item => Utc(zone, item.RecurrenceId!.Value.LocalSeconds))
            .Select(group => (Id: group.Key, Event: group.MaxBy(item => item.Sequence)!)).ToList();
        var expected = originals.Except(overrides.Select(item => item.Id)).Select(utc => (Start: utc, Id: utc))
            .Concat(overrides.Where(item => item.Event.Status != EventStatus.Cancelled)
                .Select(item => (Start: Utc(zone, item.Event.Start.LocalSeconds), item.Id)))
            .Where(item => item.Start < RandomRules.Seconds(last)).Order();

        Assert.Equal(expected, Expand(series, long.MinValue, RandomRules.Seconds(last)).Select(item => (item.Start, item.RecurrenceId!.Value.Seconds)).Order());
    });

    [Fact]
    public void A_window_of_a_series_shows_what_overlaps_it_of_the_whole() => Holds(
        1500,
        from series in SeriesOf
        from first in Gen.Choose(-30, 900)
        from length in Gen.Choose(1, 120)
        select (series, first, length),
        item =>
        {
            var (series, first, length) = item;
            var from = RandomRules.Seconds(series.Start.AddDays(first)) + 1234;
            var to = from + length * 86_400L;
            var whole = Expand(series, long.MinValue, RandomRules.Seconds(series.Start.AddDays(1100)));
            Assert.Equal(
                whole.FindAll(one => one.Start < to && (one.End > from || (one.End == one.Start && one.Start >= from))), Expand(series, from, to));
        });

    [Fact]
    public void Occurrences_come_in_order_and_none_is_shown_twice() => Holds(500, SeriesOf, series =>
    {
        var found = Expand(series, long.MinValue, RandomRules.Seconds(series.Start.AddDays(900)));
        Assert.Equal(found.Select(item => item.Start).Order(), found.Select(item => item.Start));
        Assert.Equal(found.Count, found.Select(item => item.RecurrenceId).Distinct().Count());
    });

    private static List<Occurrence> Expand(RandomSeries series, long from, long to)
    {
        var found = new List<Occurrence>();
        new OccurrenceExpander(new CalendarZones()).Expand(series.Series, from, to, int.MaxValue, found);
        return found;
    }

    private static void Holds<T>(int times, Gen<T> values, Action<T> check) => RecurrencePropertyTests.Holds(times, values, check);

    private static long NaiveUntil(CalendarDateTime until) => until.LocalSeconds + (until.IsDate ? 86_399 : 0);

    private static long Utc(DateTimeZone zone, long local)
    {
        var mapping = zone.MapLocal(new CalendarDateTime(local, CalendarTimeKind.Floating).Local);
        return mapping.Count == 0
            ? local - mapping.EarlyInterval.WallOffset.Seconds : mapping.First().ToInstant().ToUnixTimeSeconds();
    }

    private sealed record RandomSeries(string Text, string Zone, DateTime Start, EventSeries Series)
    {
        public override string ToString() => Text;

        public static RandomSeries Make(RecurrenceRule rule, DateTime start, System.Random random)
        {
            var zone = Zones[random.Next(Zones.Length)];
            // Half of them at times that some of the zones skip or double.
            if (random.Next(2) == 0)
                start = start.Date.AddHours(random.Next(4)).AddMinutes(random.Next(4) * 15);
            var near = NaiveRecurrence.Instances(rule, start, start.AddDays(400));
            near.Add(start);
            DateTime Pick() => near[random.Next(near.Count)];
            CalendarDateTime At(DateTime time) => new(RandomRules.Seconds(time), CalendarTimeKind.Zoned, zone);

            var overrides = new List<CalendarEvent>();
            foreach (var original in Enumerable.Range(0, random.Next(4)).Select(_ => Pick()).Distinct().ToList())
            {
                overrides.Add(new CalendarEvent
                {
                    Uid = "x",
                    RecurrenceId = At(original),
                    Start = At(original.AddHours(random.Next(-2000, 2000))),
                    Duration = new CalendarDuration(random.Next(3), random.Next(3) * 1800),
                    Status = random.Next(4) == 0 ? EventStatus.Cancelled : EventStatus.Confirmed,
                    Sequence = random.Next(3),
                });
            }

            var master = new CalendarEvent
            {
                Uid = "x",
                Start = At(start),
                Duration = new CalendarDuration(random.Next(10), random.Next(3) * 3600),
                Rules = [rule],
                ExceptionDates = [.. Enumerable.Range(0, random.Next(4)).Select(_ => At(Pick()))],
                RecurrenceDates = [.. Enumerable.Range(0, random.Next(3)).Select(_ => new CalendarPeriod(At(Pick().AddHours(random.Next(-50, 300)))))],
            };
            var text = $"{zone} {start:s} {rule} exdates {string.Join(',', master.ExceptionDates)} rdates {string.Join(',', master.RecurrenceDates)} "
                + $"overrides {string.Join(',', overrides.Select(item => $"{item.RecurrenceId}->{item.Start} {item.Status}"))}";
            return new RandomSeries(text, zone, start, new EventSeries(master, overrides));
        }
    }
}
