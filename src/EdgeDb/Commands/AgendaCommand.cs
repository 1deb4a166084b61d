using System.Globalization;
using EdgeDb.Core.Access;
using EdgeDb.Core.Calendars;
using EdgeDb.Core.Household;
using NodaTime;
using NodaTime.Text;

namespace EdgeDb.Commands;

/// <summary><c>edgedb agenda</c>: what is on, a line each, grouped by day.</summary>
internal static class AgendaCommand
{
    private const int DefaultDays = 7;
    private const int MaxDays = 400;
    private const int PageSize = 1000;

    private static readonly CommandOption From = new("from", "DATE");
    private static readonly CommandOption To = new("to", "DATE");
    private static readonly CommandOption Zone = new("zone", "TZ");

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (DataCommand.Parse(arguments, positional: 0, From, To, Zone) is not var (line, _, options))
            return CommandTable.BadCall;
        using var database = DataCommand.OpenForReading(options);
        var (settings, members) = await database.ReadAsync(
            0,
            static (session, _) => (HouseholdStore.ReadSettings(session), HouseholdStore.ReadMembers(session)),
            CancellationToken.None);
        var zoneName = line.Value(Zone.Name) ?? settings.Zone;
        if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(zoneName) is not { } zone)
            return CommandTable.Refuse($"--zone: '{HouseholdException.Shorten(zoneName)}' is not an IANA time zone such as Europe/Berlin");
        var today = Instant.FromDateTimeOffset(TimeProvider.System.GetUtcNow()).InZone(zone).Date;
        if (ReadDate(line, From, today) is not { } from || ReadDate(line, To, from.PlusDays(DefaultDays)) is not { } to)
            return CommandTable.BadCall;
        if (to <= from || Period.DaysBetween(from, to) > MaxDays)
            return CommandTable.Refuse($"--to must be later than --from, by at most {MaxDays} days");
        await PrintAsync(new OccurrenceReader(database), members.ToDictionary(static m => m.Id, static m => m.Name), zone, from, to);
        return CommandTable.Done;
    }

    private static LocalDate? ReadDate(CommandLine line, CommandOption option, LocalDate standard)
    {
        if (line.Value(option.Name) is not { } text)
            return standard;
        if (LocalDatePattern.Iso.Parse(text) is { Success: true } date && date.Value.Year is >= 1900 and <= 2200)
            return date.Value;
        CommandTable.Refuse($"--{option.Name}: '{HouseholdException.Shorten(text)}' is not a date such as 2026-01-05");
        return null;
    }

    private static async Task PrintAsync(
        OccurrenceReader occurrences, Dictionary<string, string> members, DateTimeZone zone, LocalDate from, LocalDate to)
    {
        var query = new OccurrenceQuery(zone.AtStartOfDay(from).ToInstant(), zone.AtStartOfDay(to).ToInstant(), zone, Sight.Everything, [], [], PageSize);
        LocalDate? day = null;
        OccurrencePage page;
        do
        {
            page = await occurrences.ReadAsync(query, CancellationToken.None);
            foreach (var item in page.Items)
            {
                var start = Local(item.Kind, item.Start, zone);
                var end = Local(item.Kind, item.End, zone);
                var shown = LocalDate.Max(start.Date, from);
                if (shown != day)
                {
                    day = shown;
                    Console.WriteLine(shown.ToString("uuuu-MM-dd dddd", CultureInfo.InvariantCulture));
                }
                Console.WriteLine("  " + ConsoleText.Printable(Line(item, start, end, members)));
            }
            query = query with { After = page.Next };
        }
        while (page.Next is not null);
    }

    private static string Line(OccurrenceView item, LocalDateTime start, LocalDateTime end, Dictionary<string, string> members)
    {
        var time = item.Kind == OccurrenceKind.AllDay
            ? Period.DaysBetween(start.Date, end.Date) is > 1 and var days ? $"all day ({days} d)" : "all day    "
            : $"{start.ToString("HH:mm", CultureInfo.InvariantCulture)}-{end.ToString("HH:mm", CultureInfo.InvariantCulture)}";
        var who = string.Join(", ", item.MemberIds.Select(id => members.GetValueOrDefault(id, "")));
        return $"{time}  {(item.Summary.Length == 0 ? "(no title)" : item.Summary)}"
            + (item.Location is null ? "" : $" @ {item.Location}") + (who.Length == 0 ? "" : $" [{who}]");
    }

    private static LocalDateTime Local(OccurrenceKind kind, long seconds, DateTimeZone zone) =>
        Instant.FromUnixTimeSeconds(seconds).InZone(kind == OccurrenceKind.AllDay ? DateTimeZone.Utc : zone).LocalDateTime;
}
