using EdgeDb.Core.Access;
using EdgeDb.Core.Audit;
using EdgeDb.Core.Calendars;
using EdgeDb.Core.Household;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeDb.Commands;

/// <summary><c>edgedb import</c>: adds a file's events to a local calendar, or its tasks to a list. Importing the same file again changes nothing.</summary>
internal static class ImportCommand
{
    private const int ShownProblems = 20;

    private static readonly CommandOption Calendar = new("calendar", "NAME");

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (DataCommand.Parse(arguments, positional: 1, Calendar) is not var (line, values, options))
            return CommandTable.BadCall;
        if (line.Positional is not [var path])
            return CommandTable.Refuse("import needs a file: edgedb import FILE.ics");
        if (!File.Exists(path))
            return CommandTable.Refuse($"there is no file '{path}'");

        var (database, household) = await DataCommand.OpenAsync(values, options, NullLoggerFactory.Instance, CancellationToken.None);
        await using (database)
        {
            // The file first: a calendar is not made for one that cannot be read.
            await using var file = File.OpenRead(path);
            CalendarDocument document;
            try
            {
                document = await household.Import.ReadAsync(file, CancellationToken.None);
            }
            catch (HouseholdException exception)
            {
                return CommandTable.Refuse($"'{path}': {exception.Message}");
            }
            var name = line.Value(Calendar.Name) ?? Path.GetFileNameWithoutExtension(path);
            var calendar = DataCommand.FindCalendar(await household.Store.CalendarsAsync(Sight.Everything, CancellationToken.None), name)
                ?? await (document is { Series.Count: 0, Todos.Count: > 0 }
                    ? household.Store.AddListAsync(name, null, null, null, Actor.Everything, CancellationToken.None)
                    : household.Store.AddCalendarAsync(name, null, null, null, Actor.Everything, CancellationToken.None));
            file.Position = 0;
            var result = calendar.Holds == CalendarHolds.Tasks
                ? await household.TaskImport.ImportAsync(calendar.Id, file, Actor.Everything, CancellationToken.None)
                : await household.Import.ImportAsync(calendar.Id, document, Actor.Everything, CancellationToken.None);
            await ConsoleAudit.NoteAsync(database, AuditKind.Write, $"calendars:change {calendar.Id}");
            Console.WriteLine($"{result.Events} {CalendarHoldsNames.Of(calendar.Holds)} read, {result.Changed} of them new or changed in '{calendar.Name}', {result.Skipped} items skipped");
            foreach (var problem in result.Problems.Take(ShownProblems))
                Console.WriteLine($"  line {problem.Line}, {ConsoleText.Printable($"{problem.Component} {problem.Property}".TrimEnd())}: {ConsoleText.Printable(problem.Reason)}");
            if (result.Skipped > ShownProblems)
                Console.WriteLine($"  and {result.Skipped - ShownProblems} more");
        }
        return CommandTable.Done;
    }
}
