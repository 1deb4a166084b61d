using EdgeDb.Core.Household;
using EdgeDb.Core.Settings;
using EdgeDb.Core.Storage;
using EdgeDb.Hosting;
using EdgeDb.Options;

namespace EdgeDb.Commands;

/// <summary>What the commands that work on a data folder share: options of serve that matter to them, and opening the database.</summary>
internal static class DataCommand
{
    private static readonly CommandOption[] Settings = [CommandOption.Of(SettingTable.Data), CommandOption.Of(SettingTable.Config)];

    /// <summary>Reads the call. Null after it was refused.</summary>
    public static (CommandLine Line, SettingValues Values, EdgeDbOptions Options)? Parse(string[] arguments, int positional, params CommandOption[] own)
    {
        var problems = new List<string>();
        var line = CommandLine.Parse(arguments, [.. Settings, .. own], positional, problems);
        // An option of a command may be called as a setting is: the zone of an agenda is not that of a new household.
        var settings = line.Options.Where(static pair => Settings.Any(s => s.Name == pair.Key)).ToDictionary(StringComparer.Ordinal);
        var values = SettingSources.Read(settings, Environment.GetEnvironmentVariables(), problems);
        var options = EdgeDbOptions.From(values, problems);
        if (problems.Count > 0)
        {
            CommandTable.Refuse(problems);
            return null;
        }
        return (line, values, options);
    }

    /// <summary>Opens the household of a data folder for reading; the service may run meanwhile.</summary>
    public static SqliteFileReader OpenForReading(EdgeDbOptions options) =>
        SqliteFileReader.Open(HouseholdDatabase.Storage(Existing(options)), Migrations.Embedded());

    /// <summary>The options, when their data folder holds a household: a command that was started in the wrong place must not make one there.</summary>
    public static EdgeDbOptions Existing(EdgeDbOptions options) =>
        File.Exists(options.DatabasePath)
            ? options
            : throw new HouseholdException(HouseholdError.NotFound, $"'{options.Data}' holds no household; name the folder with --data.");

    /// <summary>Opens the household of a data folder for writing, and makes it when there is none. The service must not run.</summary>
    public static async Task<(SqliteDatabase Database, HouseholdServices Household)> OpenAsync(
        SettingValues values, EdgeDbOptions options, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var safe = HouseholdKeys.Of(options, TimeProvider.System, loggers);
        var database = await HouseholdDatabase.OpenAsync(options, safe, TimeProvider.System, loggers, cancellationToken);
        options = EdgeDbOptions.From(await StoredSettings.AddToAsync(values, database, [], cancellationToken), []);
        var keys = await HouseholdDatabase.OpenKeysAsync(options, safe, database, TimeProvider.System, cancellationToken);
        var household = new HouseholdServices(database, keys, TimeProvider.System, options.WindowMonthsBack, options.WindowMonthsAhead);
        await household.Store.InitializeAsync(options.Zone, cancellationToken);
        await household.Window.MoveAsync(cancellationToken);
        return (database, household);
    }

    /// <summary>The calendar of that name, or null.</summary>
    public static HouseholdCalendar? FindCalendar(IReadOnlyList<HouseholdCalendar> calendars, string name) =>
        calendars.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase));
}
