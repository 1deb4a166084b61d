using EdgeDb.Core.Access;
using EdgeDb.Core.Backups;

namespace EdgeDb.Api;

/// <summary>/api/backups: what there is to restore from. Taking one is work (/api/work/copy); restoring is for the console, where the keys are.</summary>
internal static class BackupsApi
{
    public static void MapBackupsApi(this IEndpointRouteBuilder routes) =>
        routes.MapMethods("/api/backups", HttpReads.Methods, ListAsync).Requires(AccessDomain.Backups, AccessVerb.Read);

    private static Task ListAsync(HttpContext context, BackupFolder backups, DrillSchedule drills)
    {
        _ = new RequestReader(context.Request);
        // Retention keeps some dozens at most: one page.
        return context.AnswerAsync(
            new BackupList(
                [.. backups.List().Select(static backup => new BackupBody(Path.GetFileName(backup.Path), TimeText.Instant(backup.TakenAt.ToUnixTimeSeconds()), backup.SizeBytes))],
                null,
                backups.Path,
                backups.Keys.Exists,
                drills.Latest is { } latest ? new(TimeText.Instant(latest.At.ToUnixTimeSeconds()), latest.Failure) : null),
            ApiJson.Web.BackupList);
    }
}
