using EdgeDb.Core.Household;
using EdgeDb.Core.Storage;

namespace EdgeDb.Commands;

/// <summary><c>edgedb check</c>: reads the whole database and says what is wrong with it. Changes nothing; may run beside the service.</summary>
internal static class CheckCommand
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (DataCommand.Parse(arguments, positional: 0) is not var (_, _, options))
            return CommandTable.BadCall;
        if (!File.Exists(options.DatabasePath))
            return CommandTable.Refuse($"'{options.Data}' holds no household; name the folder with --data");
        var report = DatabaseCheck.Run(options.DatabasePath, Migrations.Embedded(), OrphanQueries.All, CancellationToken.None);
        foreach (var line in report.Lines)
            await Console.Out.WriteLineAsync(line);
        return report.ExitCode;
    }
}
