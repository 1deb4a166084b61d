using NodaTime;

namespace EdgeDb.Core.Pipeline;

/// <summary>A day of the household.</summary>
/// <param name="Date">Where it lives.</param>
/// <param name="FirstDayOfWeek">Where its weeks begin.</param>
internal readonly record struct HouseholdDay(LocalDate Date, IsoDayOfWeek FirstDayOfWeek)
{
    /// <summary>The first day of the week of <paramref name="date"/>.</summary>
    public LocalDate WeekOf(LocalDate date) => date.PlusDays(-((date.DayOfWeek - FirstDayOfWeek + 7) % 7));

    /// <summary>The first day of the month of <paramref name="date"/>.</summary>
    public static LocalDate MonthOf(LocalDate date) => new(date.Year, date.Month, 1);
}
