using EdgeDb.Core.Accounts;
using EdgeDb.Core.Calendars;
using EdgeDb.Core.Household;
using EdgeDb.Core.Security;
using EdgeDb.Core.Settings;
using EdgeDb.Core.Storage;
using EdgeDb.Options;

namespace EdgeDb.Commands;

/// <summary>
/// The commands of the executable. Exit codes: 0 done, 1 it was tried and failed, 2 the call itself is wrong (one line on
/// standard error says how).
/// </summary>
internal static class CommandTable
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int BadCall = 2;

    public static async Task<int> RunAsync(string[] arguments)
    {
        try
        {
            if (arguments.Length > 0 && (arguments[0] is "help" || arguments.Any(static a => a is "--help" or "-h")))
                return Help();
            return arguments switch
            {
                ["serve", .. var rest] => await ServeCommand.RunAsync(rest),
                ["import", .. var rest] => await ImportCommand.RunAsync(rest),
                ["export", .. var rest] => await ExportCommand.RunAsync(rest),
                ["agenda", .. var rest] => await AgendaCommand.RunAsync(rest),
                ["check", .. var rest] => await CheckCommand.RunAsync(rest),
                ["backup", .. var rest] => await BackupCommand.RunAsync(rest),
                ["keys", .. var rest] => await KeysCommand.RunAsync(rest),
                ["account", .. var rest] => await AccountCommand.RunAsync(rest),
                ["persons", .. var rest] => await PersonsCommand.RunAsync(rest),
                ["config", .. var rest] => await ConfigCommand.RunAsync(rest),
                ["audit", .. var rest] => await AuditCommand.RunAsync(rest),
                ["tls", .. var rest] => await TlsCommand.RunAsync(rest),
                ["calendar", .. var rest] => Calendar(rest),
                ["version" or "--version"] => Version(),
                [] => Refuse("a command is needed; 'edgedb help' lists them"),
                [var unknown, ..] => Refuse($"there is no command '{HouseholdException.Shorten(unknown)}'; 'edgedb help' lists them"),
            };
        }
        catch (Exception exception) when (exception is HouseholdException or AccountException)
        {
            return Refuse(exception.Message);
        }
        catch (Exception exception) when (exception is StorageException or SealBrokenException)
        {
            await Console.Error.WriteLineAsync($"edgedb: {exception.Message}");
            return Failed;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"edgedb: {exception.Message}");
            return Failed;
        }
    }

    /// <summary>One line on standard error and <see cref="BadCall"/>.</summary>
    public static int Refuse(string message)
    {
        Console.Error.WriteLine($"edgedb: {message.ReplaceLineEndings(" ")}");
        return BadCall;
    }

    /// <summary>All problems of a call, a line each when there are several.</summary>
    public static int Refuse(IReadOnlyList<string> problems)
    {
        if (problems is [var only])
            return Refuse(only);
        Refuse($"{problems.Count} things are wrong:");
        foreach (var problem in problems)
            Console.Error.WriteLine($"  {problem.ReplaceLineEndings(" ")}");
        return BadCall;
    }

    private static int Calendar(string[] arguments)
    {
        using var output = Console.OpenStandardOutput();
        using var input = Console.OpenStandardInput();
        return CalendarCommands.Run(arguments, input, output, Console.Error);
    }

    private static int Version()
    {
        Console.WriteLine($"edgedb {ProgramVersion.Text} (SQLite {SqliteDatabase.SqliteVersion})");
        return Done;
    }

    private static int Help()
    {
        Console.WriteLine(
            """
            edgedb: a household's own database

            edgedb serve [options]                     serve the household on http://localhost:8080
            edgedb import FILE.ics [--calendar NAME] [--data DIR]
                                                       add a file's events to a local calendar
            edgedb export [--calendar NAME] [--data DIR]
                                                       write a calendar, or all, as iCalendar
            edgedb agenda [--from DATE] [--to DATE] [--zone TZ] [--data DIR]
                                                       print what is on
            edgedb check [--data DIR]                  check the database; exit 1 when something is wrong
            edgedb backup now | list | drill [--data DIR]
                                                       take a backup; list them; restore the newest for a drill
            edgedb backup verify FILE [--data DIR]     read a backup to its end
            edgedb backup restore FILE --to DIR [--recovery-key] [--data DIR]
                                                       make a data folder of a backup, with the keys of --data or the recovery key
            edgedb backup recovery-key [--new] [--data DIR]
                                                       make the key that opens the backups when this machine is gone; shown once
            edgedb keys rotate [--master] [--data DIR] seal all secrets with new keys and destroy the old ones; with --master
                                                       seal the keys themselves with a new master key, while the service is stopped
            edgedb config show [NAME | GROUP] [--json] [--data DIR]
                                                       settings, their values and where these come from
            edgedb config set NAME VALUE | unset NAME [--data DIR]
                                                       change a setting, of the running service at once where that is possible
            edgedb config check FILE | schema          check a file of settings; print its JSON Schema
            edgedb account list [--data DIR]           who may sign in
            edgedb account add NAME [--role ROLE] | set-password NAME | set-role NAME ROLE | unlock NAME | remove NAME [--data DIR]
                                                       change accounts on the machine, also when nobody can sign in; a password is typed,
                                                       or read from standard input
            edgedb persons export MEMBER --out FILE [--data DIR]
                                                       write everything about a person into a zip
            edgedb persons erase MEMBER [--yes] [--address MAIL ...] [--replace-backups] [--data DIR]
                                                       say what would go and what would stay, ask, and erase the person for ever
            edgedb audit verify [--head SEQUENCE:HASH] [--data DIR]
                                                       check that the audit log is as it was written; exit 1 when it is not
            edgedb audit show [--limit N] [--kind KIND] [--actor ACTOR] | export [--data DIR]
                                                       print what was done, by whom; all of it as JSON, an entry a line
            edgedb tls show | qr | export-ca [--data DIR]
                                                       the household's authority: its fingerprint, a code that leads phones to
                                                       the page that tells how to trust it, its certificate
            edgedb tls renew [--authority] [--data DIR]
                                                       make a new certificate, or a new authority to be trusted anew
            edgedb calendar expand FILE.ics --from ISO --to ISO --zone TZ
            edgedb calendar rrule "RULE" --dtstart VALUE [--zone TZ] [--limit N] [--from ISO --to ISO]
                                                       look at the calendar engine; one JSON object a line
            edgedb version | help

            Options of serve (environment variable in brackets; in the file, --cache-ttl is {"cache": {"ttl": "5min"}}):
            """);
        foreach (var setting in SettingTable.Catalog.All)
        {
            Console.WriteLine($"  --{setting.Option} {(setting.IsSwitch ? "" : setting.Placeholder)}".TrimEnd() + $"  [{setting.EnvironmentName}]");
            var range = setting.IsSwitch ? "" : $" Range: {setting.Range}.";
            var (standard, unit) = setting.DefaultWords.Length > 0 ? (setting.DefaultWords, "") : (setting.IsSwitch ? "" : setting.Default, setting.Unit);
            var change = setting.Change == SettingChange.AtOnce ? " Can be changed while the service runs." : "";
            Console.WriteLine($"      {setting.Help}{(standard.Length == 0 ? "" : $" Default: {$"{standard} {unit}".TrimEnd()}.")}{range}{change}");
        }
        return Done;
    }
}
