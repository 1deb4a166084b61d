using System.Globalization;
using System.Text.Json;
using NodaTime;
using NodaTime.Text;

namespace EdgeDb.IntegrationTests;

/// <summary>
/// Occurrences as a person would write them down, counted in days from a Monday: <c>+2 09:00-10:00 Choir</c> is the
/// Wednesday, <c>+5..+7 Fair</c> the weekend. So one expected list holds for a week of next year and for one of 2051.
/// </summary>
internal sealed class Agenda(LocalDate monday, string zone = "Europe/Berlin")
{
    private readonly DateTimeZone _zone = DateTimeZoneProviders.Tzdb[zone];

    /// <summary>A Monday within the window the service keeps expanded, in winter, or one far outside of it.</summary>
    public static Agenda At(bool far, string zone = "Europe/Berlin") => new(Monday(far ? 2051 : ThisYear + 1, 2, 1), zone);

    public static int ThisYear => TimeProvider.System.GetUtcNow().Year;

    /// <summary>The first Monday on or after a day.</summary>
    public static LocalDate Monday(int year, int month, int day)
    {
        var date = new LocalDate(year, month, day);
        return date.DayOfWeek == IsoDayOfWeek.Monday ? date : date.Next(IsoDayOfWeek.Monday);
    }

    /// <summary>A day, as the API writes it.</summary>
    public string Day(int plus) => LocalDatePattern.Iso.Format(monday.PlusDays(plus));

    /// <summary>A wall-clock time, as the API takes it.</summary>
    public string At(int plus, string time) => $"{Day(plus)}T{time}:00";

    /// <summary>The original start of an occurrence, as the API names it.</summary>
    public string RecurrenceId(int plus, string time) =>
        InstantPattern.CreateWithInvariantCulture("uuuuMMdd'T'HHmmss'Z'").Format(
            _zone.AtLeniently(LocalDateTimePattern.GeneralIso.Parse(At(plus, time)).Value).ToInstant());

    /// <summary>The original day of a whole-day occurrence.</summary>
    public string RecurrenceDay(int plus) => Day(plus).Replace("-", "", StringComparison.Ordinal);

    public List<string> Lines(IEnumerable<JsonElement> occurrences) => [.. occurrences.Select(Line)];

    public string Line(JsonElement occurrence)
    {
        var (start, end) = (Local(occurrence.Text("start")), Local(occurrence.Text("end")));
        var time = occurrence.Flag("allDay")
            ? $"{Plus(start.Date)}..{Plus(end.Date)}"
            : $"{Plus(start.Date)} {start.ToString("HH:mm", CultureInfo.InvariantCulture)}-"
                + (end.Date == start.Date ? "" : Plus(end.Date) + " ") + end.ToString("HH:mm", CultureInfo.InvariantCulture);
        return $"{time} {occurrence.Text("summary")}";
    }

    private LocalDateTime Local(string text) =>
        InstantPattern.General.Parse(text) is { Success: true } instant
            ? instant.Value.InZone(_zone).LocalDateTime
            : LocalDatePattern.Iso.Parse(text).Value.AtMidnight();

    private string Plus(LocalDate date) => Period.DaysBetween(monday, date).ToString("+0;-0;+0", CultureInfo.InvariantCulture);
}
