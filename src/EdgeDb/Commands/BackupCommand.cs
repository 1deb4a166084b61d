using System.Globalization;
using EdgeDb.Api;
using EdgeDb.Core.Audit;
using EdgeDb.Core.Backups;
using EdgeDb.Core.Household;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;
using EdgeDb.Hosting;
using EdgeDb.Options;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeDb.Commands;

/// <summary><c>edgedb backup</c>: takes, lists, verifies and restores backups. All but <c>now</c> only read the household, and may run beside the service.</summary>
internal static class BackupCommand
{
    private static readonly CommandOption To = new("to", "DIR");
    private static readonly CommandOption Recovery = new("recovery-key", "");
    private static readonly CommandOption New = new("new", "");

    public static Task<int> RunAsync(string[] arguments) => arguments switch
    {
        ["now", .. var rest] => NowAsync(rest),
        ["list", .. var rest] => Run(rest, 0, [], static (_, options) => List(options)),
        ["verify", .. var rest] => Run(rest, 1, [], Verify),
        ["restore", .. var rest] => RunAsync(rest, 1, [To, Recovery], RestoreAsync),
        ["drill", .. var rest] => Run(rest, 0, [], static (_, options) => Drill(options)),
        ["recovery-key", .. var rest] => Run(rest, 0, [New], RecoveryKeyOnce),
        _ => Task.FromResult(CommandTable.Refuse("'edgedb backup' is followed by now, list, verify FILE, restore FILE --to DIR, drill or recovery-key")),
    };

    private static Task<int> Run(string[] arguments, int positional, CommandOption[] own, Func<CommandLine, EdgeDbOptions, int> run) =>
        RunAsync(arguments, positional, own, (line, options) => Task.FromResult(run(line, options)));

    private static async Task<int> RunAsync(string[] arguments, int positional, CommandOption[] own, Func<CommandLine, EdgeDbOptions, Task<int>> run)
    {
        if (DataCommand.Parse(arguments, positional, own) is not var (line, _, options))
            return CommandTable.BadCall;
        if (line.Positional.Count < positional)
            return CommandTable.Refuse("name the file of a backup; 'edgedb backup list' shows them");
        try
        {
            return await run(line, options);
        }
        catch (InvalidDataException exception)
        {
            await Console.Error.WriteLineAsync($"edgedb: {exception.Message}");
            return CommandTable.Failed;
        }
    }

    private static async Task<int> NowAsync(string[] arguments)
    {
        if (DataCommand.Parse(arguments, positional: 0) is not var (_, _, options))
            return CommandTable.BadCall;
        DataCommand.Existing(options);
        // The service takes it itself: it alone may make a new person's key.
        if (await RunningService.AskAsync(options, HttpMethod.Post, "/api/work/copy", null, ApiJson.Web.WorkList) is not null)
        {
            await Console.Out.WriteLineAsync("The service takes a backup; 'edgedb backup list' shows it in a moment.");
            return CommandTable.Done;
        }

        await using var database = await HouseholdDatabase.OpenAsync(options, Keys(options), TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
        await Console.Out.WriteLineAsync(Line(await database.BackupAsync(CancellationToken.None)));
        return CommandTable.Done;
    }

    private static int List(EdgeDbOptions options)
    {
        var backups = Keys(options).Backups;
        foreach (var backup in backups.List())
            Console.WriteLine(Line(backup));
        if (!backups.Keys.Exists)
            Console.Error.WriteLine("edgedb: there is no recovery key: if this card dies, nobody can open the backups. 'edgedb backup recovery-key' makes one.");
        return CommandTable.Done;
    }

    private static int Verify(CommandLine line, EdgeDbOptions options)
    {
        var summary = Keys(options).Backups.Verify(line.Positional[0], CancellationToken.None);
        Console.WriteLine(Describe(line.Positional[0], "sound", summary));
        return CommandTable.Done;
    }

    private static async Task<int> RestoreAsync(CommandLine line, EdgeDbOptions options)
    {
        if (line.Value(To.Name) is not { Length: > 0 } folder)
            return CommandTable.Refuse("name the data folder to restore into with --to");
        var target = options with { Data = Path.GetFullPath(folder) };
        if (File.Exists(target.DatabasePath))
            return CommandTable.Refuse($"'{target.Data}' holds a household already; choose an empty folder");
        var backup = Path.GetFullPath(line.Positional[0]);
        if (line.Value(Recovery.Name) is not null)
        {
            await Console.Error.WriteLineAsync("The recovery key, then Enter:");
            if (RecoveryKey.Parse(Console.ReadLine() ?? "") is not { } recovery)
                return CommandTable.Refuse("that is no recovery key; it has 8 groups of 4 letters and digits");
            KeyCopy.Restore(Path.Combine(Path.GetDirectoryName(backup)!, KeyCopy.FileName), recovery, Path.Combine(target.Data, MasterKey.FolderName));
        }
        else
        {
            CopyKeys(options.Data, target.Data);
        }

        var keys = Keys(target);
        var result = keys.Backups.Restore(backup, target.DatabasePath, CancellationToken.None);
        Console.WriteLine(Describe(backup, $"restored into {target.DatabasePath}", result.Summary));
        var check = DatabaseCheck.Run(target.DatabasePath, Migrations.Embedded(), OrphanQueries.All, CancellationToken.None);
        foreach (var found in check.Lines)
            Console.WriteLine(found);
        if (check.ExitCode != CommandTable.Done)
            return check.ExitCode;
        // Its log ends with the backup; that it goes on from there is the first thing it should say.
        await using var database = await HouseholdDatabase.OpenAsync(target, keys, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
        await ConsoleAudit.NoteAsync(database, AuditKind.Backup, "restored from " + Path.GetFileName(backup));
        return CommandTable.Done;
    }

    /// <summary>What was restored opens with the keys of the household it came from, so those come along.</summary>
    private static void CopyKeys(string from, string to)
    {
        var source = Path.GetFullPath(Path.Combine(from, MasterKey.FolderName));
        var target = Path.Combine(to, MasterKey.FolderName);
        if (!Directory.Exists(source) || source == target)
            return;
        foreach (var file in Directory.EnumerateFiles(source, "*.key*"))
            KeyFile.Write(Path.Combine(target, Path.GetFileName(file)), File.ReadAllBytes(file));
    }

    private static int Drill(EdgeDbOptions options)
    {
        var drill = new RestoreDrill(Keys(options).Backups, options.Data, Migrations.Embedded(), OrphanQueries.All, TimeProvider.System);
        if (drill.Run(Console.WriteLine, CancellationToken.None) is not { } result)
            return CommandTable.Refuse($"'{options.Data}' has no backup yet; 'edgedb backup now' takes one");
        if (result.Failure is null)
        {
            Console.WriteLine("It says what it said when it was taken, and passed every check.");
            return CommandTable.Done;
        }

        Console.Error.WriteLine($"edgedb: {result.Failure}");
        return CommandTable.Failed;
    }

    private static int RecoveryKeyOnce(CommandLine line, EdgeDbOptions options)
    {
        var copy = Keys(DataCommand.Existing(options)).Backups.Keys;
        if (copy.Exists && line.Value(New.Name) is null)
            return CommandTable.Refuse("there is a recovery key, and it was shown when it was made; 'edgedb backup recovery-key --new' makes another one, and the old one opens nothing any more");
        Console.WriteLine(copy.MakeRecoveryKey());
        Console.Error.WriteLine(
            $"Write it down and keep it away from this machine: with it and the backups ({copy.Path} and the files beside it) everything can be restored elsewhere. It is not shown again.");
        return CommandTable.Done;
    }

    private static HouseholdKeys Keys(EdgeDbOptions options) => HouseholdKeys.Of(options, TimeProvider.System, NullLoggerFactory.Instance);

    private static string Line(BackupFile backup) => string.Create(
        CultureInfo.InvariantCulture, $"{backup.TakenAt:yyyy-MM-dd HH:mm:ss}Z  {backup.SizeBytes / 1024,8:N0} KiB  {backup.Path}");

    private static string Describe(string backup, string done, DumpSummary summary)
    {
        var without = summary.RowsLeftOut == 0 ? "" : $", without {summary.RowsLeftOut} rows of persons whose keys were destroyed";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{backup}: {done}; taken {summary.TakenAt:yyyy-MM-dd HH:mm:ss}Z, schema {summary.SchemaVersion}, {summary.Sums.Count} tables, {summary.Sums.Values.Sum(static sum => sum.Count)} rows{without}");
    }
}
