using EdgeDb.Core.Access;
using EdgeDb.Core.Connections;
using EdgeDb.Core.Household;
using EdgeDb.Core.Pipeline;
using EdgeDb.Core.Storage;

namespace EdgeDb.Api;

/// <summary>/health/live, /health/ready and the incidents that the latter tells.</summary>
internal static class HealthApi
{
    public static void MapHealthApi(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/health/live", HttpReads.Methods, LiveAsync).IsPublic();
        routes.MapMethods("/health/ready", HttpReads.Methods, ReadyAsync).IsPublic();
        routes.MapDelete("/api/incidents/{id:int}", AcknowledgeAsync).Requires(AccessDomain.Operations, AccessVerb.Delete);
    }

    private static Task LiveAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync("live");
    }

    private static async Task ReadyAsync(HttpContext context, SqliteDatabase database, FeedStore feeds, ConnectionManager connections, EmergencyMode emergency)
    {
        // A read through the pool is the proof: an open file alone would not show a failing card.
        var list = await feeds.ListAsync(Sight.Everything, context.RequestAborted);
        var incidents = database.Incidents.Select(
            static i => new IncidentBody(i.Id, TimeText.Instant(i.OccurredAt.ToUnixTimeSeconds()), KindName(i.Kind), i.Message)).ToList();
        var need = emergency.Current;
        var failing = list.Count(static f => f.Failures > 0);
        // Everybody may ask how it is; what it is made of, and what befell it, is for those who run it.
        var runsIt = context.Ticket().Principal?.Extent(AccessDomain.Operations, AccessVerb.Read) == AccessExtent.All;
        await context.AnswerAsync(
            new ReadyBody(
                // In an emergency as well the household can be read, so the status code stays 200: whoever restarts or leaves a service that is not ready
                // would take the family's calendar away, and cure nothing.
                need is not null ? "emergency" : incidents.Count > 0 ? "degraded" : "ready",
                ProgramVersion.Text,
                runsIt ? new(SqliteDatabase.SqliteVersion, database.SchemaVersion, database.FileSizeBytes) : null,
                runsIt ? incidents : [],
                need is null ? null : EmergencyText.Of(need),
                runsIt ? new(list.Count - failing, failing) : null,
                // Said, but no part of the status: the household is here and can be read and written without them.
                runsIt ? [.. connections.Endpoints.Where(static e => e.Resilience is not null).Select(Of)] : null),
            ApiJson.Web.ReadyBody);
    }

    private static Task AcknowledgeAsync(HttpContext context, int id, SqliteDatabase database)
    {
        _ = new RequestReader(context.Request);
        if (!database.AcknowledgeIncident(id))
            throw new HouseholdException(HouseholdError.NotFound, $"There is no open incident {id}.");
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static UpstreamBody Of(IConnectionEndpoint endpoint)
    {
        var health = endpoint.Health;
        return new(
            endpoint.Name, ConnectionAnswers.Name(health.State), health.Since is { } since ? TimeText.Instant(since.ToUnixTimeSeconds()) : null, health.Reason);
    }

    private static string KindName(StorageIncidentKind kind) => kind switch
    {
        StorageIncidentKind.FileReplaced => "file-replaced",
        StorageIncidentKind.LogMissing => "log-missing",
        StorageIncidentKind.DamageFound => "damage-found",
        _ => "device-failed",
    };
}
