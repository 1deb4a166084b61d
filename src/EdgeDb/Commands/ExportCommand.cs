using System.IO.Pipelines;
using EdgeDb.Options;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeDb.Commands;

/// <summary><c>edgedb export</c>: writes one calendar or all of them to standard output.</summary>
internal static class ExportCommand
{
    private static readonly OptionDefinition Calendar = new("calendar", "NAME", "", "", "the name of a calendar", "Only this one.");

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (DataCommand.Parse(arguments, positional: 0, Calendar) is not var (line, options))
            return CommandTable.BadCall;
        var (database, household) = await DataCommand.OpenAsync(options, create: false, NullLoggerFactory.Instance, CancellationToken.None);
        await using (database)
        {
            var calendars = await household.Store.CalendarsAsync(CancellationToken.None);
            if (line.Value(Calendar.Name) is { } name)
            {
                if (await DataCommand.FindCalendarAsync(household, name, CancellationToken.None) is not { } found)
                    return CommandTable.Refuse($"there is no calendar '{name}'; there are: {string.Join(", ", calendars.Select(static c => c.Name))}");
                calendars = [found];
            }
            var output = PipeWriter.Create(Console.OpenStandardOutput());
            foreach (var calendar in calendars)
                await household.Export.WriteAsync(calendar.Id, calendar.Name, output, CancellationToken.None);
            await output.CompleteAsync();
        }
        return CommandTable.Done;
    }
}
