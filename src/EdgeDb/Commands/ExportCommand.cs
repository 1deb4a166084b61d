using System.IO.Pipelines;
using EdgeDb.Core.Access;
using EdgeDb.Core.Household;

namespace EdgeDb.Commands;

/// <summary><c>edgedb export</c>: writes one calendar or all of them to standard output.</summary>
internal static class ExportCommand
{
    private static readonly CommandOption Calendar = new("calendar", "NAME");

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (DataCommand.Parse(arguments, positional: 0, Calendar) is not var (line, _, options))
            return CommandTable.BadCall;
        using var database = DataCommand.OpenForReading(options);
        var calendars = await database.ReadAsync(0, static (session, _) => HouseholdStore.ReadCalendars(session), CancellationToken.None);
        if (line.Value(Calendar.Name) is { } name)
        {
            if (DataCommand.FindCalendar(calendars, name) is not { } found)
                return CommandTable.Refuse($"there is no calendar '{name}'; there are: {string.Join(", ", calendars.Select(static c => c.Name))}");
            calendars = [found];
        }
        var export = new CalendarExport(database);
        var output = PipeWriter.Create(Console.OpenStandardOutput());
        foreach (var calendar in calendars)
            await export.WriteAsync(calendar.Id, calendar.Name, Sight.Everything, output, CancellationToken.None);
        await output.CompleteAsync();
        return CommandTable.Done;
    }
}
