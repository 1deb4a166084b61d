using System.Collections.Immutable;
using System.Globalization;
using EdgeDb.Core.Pipeline;
using NodaTime;
using Xunit;

namespace EdgeDb.Core.Tests.Pipeline;

public sealed class LearnedAccessesTests
{
    private const int Breakfast = 13; // 06:30 to 07:00
    private static readonly LocalDate Monday = new(2026, 3, 2);
    private static readonly ImmutableArray<AnswerParameter> Dates = [new("from", IsDate: true), new("to", IsDate: true), new("zone")];

    [Fact]
    public void A_flood_of_keys_that_never_come_back_displaces_no_habit_and_takes_bounded_room()
    {
        var learned = new LearnedAccesses();
        var random = new Random(1);
        for (var day = 0; day < 28; day++)
        {
            learned.Begin(Monday.PlusDays(day));
            // The flood comes first each day.
            for (var i = 0; i < 1000; i++)
                learned.Note([random.NextInt64().ToString(CultureInfo.InvariantCulture)], new(random.Next(24), random.Next(60)));
            if (day >= 1)
                learned.Note(["habit"], new(6, 45));
            if (day == 0)
                learned = Known("habit");
        }

        Assert.InRange(learned.Count, 1, LearnedAccesses.Capacity);
        Assert.Contains("habit", learned.HabitsOf(IsoDayOfWeek.Monday, Breakfast));
        Assert.InRange(learned.Write().Length, 1, 100_000);
    }

    [Fact]
    public void What_is_asked_for_on_one_day_of_the_week_is_a_habit_of_that_day_only()
    {
        var learned = new LearnedAccesses();
        for (var day = 0; day < 28; day++)
        {
            learned.Begin(Monday.PlusDays(day));
            learned.Note(["other"], new(20, 0));
            if (Monday.PlusDays(day).DayOfWeek == IsoDayOfWeek.Wednesday)
                learned.Note(["club"], new(6, 45));
        }

        foreach (var day in Enum.GetValues<IsoDayOfWeek>().Where(static day => day != IsoDayOfWeek.None))
            Assert.Equal(day == IsoDayOfWeek.Wednesday, learned.HabitsOf(day, Breakfast).Contains("club"));
    }

    [Fact]
    public void What_is_written_is_read_again_and_anything_else_is_nothing()
    {
        var learned = Known("a\x1f\x1f\x1f" + "b");
        learned.Note(["new"], new(6, 45));
        Assert.Equal(learned.Write(), LearnedAccesses.Read(learned.Write()).Write());
        foreach (var broken in (string?[])[null, "", "2 1 1", "1 x y", "1 1 1\nhabit", "1 1 1\nx\ty\tz\tt", "1 99999999 1"])
            Assert.Equal(0, LearnedAccesses.Read(broken).Count);
    }

    [Theory]
    [InlineData("2026-03-10", "2026-03-24", "2026-03-10", "2026-03-11", "2026-03-11", "2026-03-25")] // Two weeks from today.
    [InlineData("2026-03-09", "2026-03-16", "2026-03-10", "2026-03-18", "2026-03-16", "2026-03-23")] // This week.
    [InlineData("2026-03-01", "2026-04-01", "2026-03-10", "2026-04-30", "2026-04-01", "2026-05-01")] // This month.
    [InlineData("2026-02-23", "2026-04-06", "2026-03-10", "2026-04-30", "2026-03-30", "2026-05-04")] // Its whole weeks.
    [InlineData("2026-12-28", "2027-02-01", "2026-12-31", "2027-01-31", "2027-02-01", "2027-03-01")] // Those of the next month, over the year.
    public void A_key_is_said_relative_to_its_day_and_found_again_on_another(string from, string to, string asked, string later, string laterFrom, string laterTo)
    {
        var day = new HouseholdDay(Date(asked), IsoDayOfWeek.Monday);
        var templates = AccessTemplate.Of(Key(from, to), Dates, day);
        Assert.InRange(templates.Count, 3, 4);
        Assert.All(templates, template => Assert.Equal(Key(from, to), AccessTemplate.KeyOn(template, day)));
        Assert.Contains(Key(laterFrom, laterTo), templates.Select(template => AccessTemplate.KeyOn(template, day with { Date = Date(later) })));
    }

    [Fact]
    public void A_key_without_dates_is_its_own_template()
    {
        var key = Key("2026-03-10T00:00:00Z", "soon");
        Assert.Equal([key], AccessTemplate.Of(key, Dates, new(Monday, IsoDayOfWeek.Monday)));
        Assert.Equal(key, AccessTemplate.KeyOn(key, new(Monday, IsoDayOfWeek.Monday)));
    }

    /// <summary>Two weeks in which it was asked for every morning.</summary>
    private static LearnedAccesses Known(string template)
    {
        var learned = new LearnedAccesses();
        for (var day = -14; day < 1; day++)
        {
            learned.Begin(Monday.PlusDays(day));
            learned.Note([template], new(6, 45));
        }

        return learned;
    }

    private static LocalDate Date(string text) => LocalDate.FromDateOnly(DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture));

    private static string Key(string from, string to) => $"occurrences\x1f\x1f\x1f" + $"a{from}\x1f" + $"b{to}\x1f" + "cEurope/Berlin";
}
