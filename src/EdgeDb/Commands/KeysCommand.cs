using EdgeDb.Api;
using EdgeDb.Core.Audit;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;
using EdgeDb.Hosting;
using EdgeDb.Options;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeDb.Commands;

/// <summary>
/// <c>edgedb keys rotate</c>: replaces the data keys, by the running service or in its stead; with <c>--master</c> the key that seals them and everything else, while the service does
/// not run.
/// </summary>
internal static class KeysCommand
{
    private static readonly CommandOption Master = new("master", "");

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not ["rotate", .. var rest])
            return CommandTable.Refuse("'edgedb keys' is followed by 'rotate'");
        if (DataCommand.Parse(rest, positional: 0, Master) is not var (line, values, options))
            return CommandTable.BadCall;
        DataCommand.Existing(options);
        if (line.Value(Master.Name) is not null)
            return await RotateMasterAsync(options);
        if (await RunningService.AskAsync(options, HttpMethod.Post, "/api/keys/rotate", null, ApiJson.Web.WorkList) is not null)
        {
            await Console.Out.WriteLineAsync("The service seals secrets with new keys from now on, and destroys the old ones once nothing needs them any more, in some ten minutes.");
            return CommandTable.Done;
        }

        var (opened, household) = await DataCommand.OpenAsync(values, options, NullLoggerFactory.Instance, CancellationToken.None);
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

    private static async Task<int> RotateMasterAsync(EdgeDbOptions options)
    {
        if (!ServingLock.TryHold(options.DatabasePath, out var hold))
            return CommandTable.Refuse("the service runs, and holds keys that the master key has sealed; stop it first");
        hold?.Dispose();
        var (time, loggers) = (TimeProvider.System, NullLoggerFactory.Instance);
        var safe = HouseholdKeys.Of(options, time, loggers);
        if (safe.Master.IsCredential)
            return CommandTable.Refuse($"systemd keeps the master key ({MasterKey.CredentialName}); this replaces one that lies in {safe.Master.Folder}");
        await using var database = await HouseholdDatabase.OpenAsync(options, safe, time, loggers, CancellationToken.None);
        var goesOn = MasterRotation.IsUnderWay(safe.Master);
        await new MasterRotation(database, safe.Master).RunAsync(CancellationToken.None);
        await ConsoleAudit.NoteAsync(database, AuditKind.KeysRotated, "master key");
        // By the new one: what was opened before holds the old.
        HouseholdKeys.Of(options, time, loggers).Backups.Keys.Write();
        await Console.Out.WriteLineAsync(
            $"{(goesOn ? "A replacement that had been cut off came to its end: " : "")}the master key is a new one, and everything but the backups is sealed with it. Backups from before need the old one, which lies in "
            + $"{MasterKey.EarlierFileName}, sealed with the new one.");
        return CommandTable.Done;
    }
}
