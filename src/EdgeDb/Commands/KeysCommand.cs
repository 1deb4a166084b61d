using EdgeDb.Core.Audit;
using EdgeDb.Core.Security;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeDb.Commands;

/// <summary><c>edgedb keys rotate</c>: replaces the data keys while the service does not run.</summary>
internal static class KeysCommand
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not ["rotate", .. var rest])
            return CommandTable.Refuse("'edgedb keys' is followed by 'rotate'");
        if (DataCommand.Parse(rest, positional: 0) is not var (_, values, options))
            return CommandTable.BadCall;

        var (opened, household) = await DataCommand.OpenAsync(values, DataCommand.Existing(options), NullLoggerFactory.Instance, CancellationToken.None);
        await using var database = opened;
        var rotation = new KeyRotation(household.Keys, database, TimeSpan.Zero, TimeProvider.System, NullLogger.Instance);
        await rotation.BeginAsync(CancellationToken.None);
        await rotation.ContinueAsync(CancellationToken.None);
        await ConsoleAudit.NoteAsync(database, AuditKind.KeysRotated, "all");
        await Console.Out.WriteLineAsync("Secrets are sealed with new keys; the old keys are destroyed.");
        if (rotation.Broken == 0)
            return CommandTable.Done;
        await Console.Error.WriteLineAsync($"edgedb: {rotation.Broken} sealed values had been changed or damaged before and cannot be opened; enter them anew.");
        return CommandTable.Failed;
    }
}
