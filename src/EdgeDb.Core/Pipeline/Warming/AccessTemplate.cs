using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using NodaTime;
using NodaTime.Text;

namespace EdgeDb.Core.Pipeline;

/// <summary>
/// Keys whose dates are said relative to the day on which they are asked for. A key has up to four such templates, and a day does not tell which is meant;
/// the right one repeats day after day, the others scatter.
/// <para>Form: a key, where a date is <c>RS reading number [. number]</c> with RS = 0x1E. Readings: <c>d</c> days after today, <c>w</c> days after the start of this
/// week, <c>m</c> months after this month and days after its first, <c>g</c> the whole weeks that show the month so many after this one: the first date of the key
/// is where they begin, the others where they end.</para>
/// </summary>
internal static class AccessTemplate
{
    private const char Mark = '\x1e';
    private const char Separator = '\x1f';
    private const string Readings = "dwmg";

    /// <summary>Templates of a key; the key itself when it has no dates.</summary>
    public static IReadOnlyList<string> Of(string key, ImmutableArray<AnswerParameter> parameters, HouseholdDay day)
    {
        var parts = key.Split(Separator);
        if (!parts.Skip(3).Any(part => TryDate(part, parameters, out _)))
            return [key];
        var templates = new List<string>(Readings.Length);
        foreach (var reading in Readings)
            if (Read(parts, parameters, day, reading) is { } template)
                templates.Add(template);
        return templates;
    }

    /// <summary>The key that a template means on a day; null when it means none.</summary>
    public static string? KeyOn(string template, HouseholdDay day)
    {
        if (!template.Contains(Mark, StringComparison.Ordinal))
            return template;
        var parts = template.Split(Separator);
        var isFirst = true;
        for (var i = 3; i < parts.Length; i++)
        {
            if (parts[i] is not [var parameter, Mark, var reading, .. var numbers])
                continue;
            if (Place(reading, numbers, isFirst, day) is not { } date)
                return null;
            parts[i] = parameter + LocalDatePattern.Iso.Format(date);
            isFirst = false;
        }

        return string.Join(Separator, parts);
    }

    private static string? Read(string[] parts, ImmutableArray<AnswerParameter> parameters, HouseholdDay day, char reading)
    {
        var template = new StringBuilder(string.Join(Separator, parts, 0, 3));
        var isFirst = true;
        foreach (var part in parts.Skip(3))
        {
            template.Append(Separator);
            if (!TryDate(part, parameters, out var date))
            {
                template.Append(part);
                continue;
            }

            if (Say(date, isFirst, day, reading) is not { } said)
                return null;
            template.Append(part[0]).Append(Mark).Append(reading).Append(said);
            isFirst = false;
        }

        return template.ToString();
    }

    private static string? Say(LocalDate date, bool isFirst, HouseholdDay day, char reading)
    {
        var invariant = CultureInfo.InvariantCulture;
        switch (reading)
        {
            case 'd':
                return Days(day.Date, date).ToString(invariant);
            case 'w':
                return Days(day.WeekOf(day.Date), date).ToString(invariant);
            case 'm':
                return string.Create(invariant, $"{Months(day.Date, date)}.{date.Day - 1}");
            default:
                // The first week that shows a month holds its first day; where the last one ends is within a week behind the first of the next month.
                var month = isFirst ? date.PlusDays(6) : date.PlusMonths(-1);
                var months = Months(day.Date, month);
                return WholeWeeks(months, isFirst, day) == date ? months.ToString(invariant) : null;
        }
    }

    private static LocalDate? Place(char reading, string numbers, bool isFirst, HouseholdDay day)
    {
        var dot = numbers.IndexOf('.', StringComparison.Ordinal);
        if (!int.TryParse(dot < 0 ? numbers : numbers[..dot], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) || Math.Abs(number) > 36_500)
            return null;
        switch (reading)
        {
            case 'd':
                return day.Date.PlusDays(number);
            case 'w':
                return day.WeekOf(day.Date).PlusDays(number);
            case 'g' when Math.Abs(number) <= 1200:
                return WholeWeeks(number, isFirst, day);
            case 'm' when Math.Abs(number) <= 1200 && int.TryParse(numbers.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var days):
                var month = HouseholdDay.MonthOf(day.Date).PlusMonths(number);
                return days < month.Calendar.GetDaysInMonth(month.Year, month.Month) ? month.PlusDays(days) : null;
            default:
                return null;
        }
    }

    private static LocalDate WholeWeeks(int months, bool isFirst, HouseholdDay day)
    {
        var month = HouseholdDay.MonthOf(day.Date).PlusMonths(months);
        return isFirst ? day.WeekOf(month) : day.WeekOf(month.PlusMonths(1).PlusDays(6));
    }

    private static int Days(LocalDate from, LocalDate to) => Period.DaysBetween(from, to);

    private static int Months(LocalDate from, LocalDate to) => ((to.Year - from.Year) * 12) + to.Month - from.Month;

    private static bool TryDate(string part, ImmutableArray<AnswerParameter> parameters, out LocalDate date)
    {
        date = default;
        if (part.Length < 2 || part[0] - 'a' is var index && (index < 0 || index >= parameters.Length) || !parameters[part[0] - 'a'].IsDate)
            return false;
        var parsed = LocalDatePattern.Iso.Parse(part[1..]);
        // The years the API takes, which also keeps what is computed from it within the calendar.
        return parsed.TryGetValue(default, out date) && date.Year is >= 1900 and <= 2200;
    }
}
