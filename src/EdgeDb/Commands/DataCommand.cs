using EdgeDb.Core.Household;
using EdgeDb.Core.Storage;
using EdgeDb.Hosting;
using EdgeDb.Options;

namespace EdgeDb.Commands;

/// <summary>What the commands that work on a data folder share: options of serve that matter to them, and opening the database.</summary>
internal static class DataCommand
{
    public static readonly OptionDefinition Data = OptionTable.All.Single(static o => o.Name == "data");

    /// <summary>Reads the call. Null after it was refused.</summary>
    public static (CommandLine Line, EdgeDbOptions Options)? Parse(string[] arguments, int positional, params OptionDefinition[] own)
    {
        var problems = new List<string>();
        var line = CommandLine.Parse(arguments, [Data, .. own], positional, problems);
        var serve = line.Options.Where(static pair => pair.Key == Data.Name).ToDictionary(StringComparer.Ordinal);
        var options = OptionTable.Read(serve, Environment.GetEnvironmentVariables(), problems);
        if (problems.Count > 0)
        {
            CommandTable.Refuse(problems);
            return null;
        }
        return (line, options);
    }

    /// <summary>Opens the household of a data folder. The folder must hold one already.</summary>
    public static async Task<(SqliteDatabase Database, HouseholdServices Household)> OpenAsync(
        EdgeDbOptions options, bool create, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        if (!create && !File.Exists(options.DatabasePath))
            throw new HouseholdException(HouseholdError.NotFound, $"'{options.Data}' holds no household; name the folder with --data.");
        var database = await HouseholdDatabase.OpenAsync(options, TimeProvider.System, loggers, cancellationToken);
        var household = new HouseholdServices(database, TimeProvider.System, options.WindowMonthsBack, options.WindowMonthsAhead);
        await household.Store.InitializeAsync(options.Zone, cancellationToken);
        await household.Window.MoveAsync(cancellationToken);
        return (database, household);
    }

    /// <summary>The local calendar of that name, or null.</summary>
    public static async Task<HouseholdCalendar?> FindCalendarAsync(HouseholdServices household, string name, CancellationToken cancellationToken) =>
        (await household.Store.CalendarsAsync(cancellationToken)).FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase));
}
