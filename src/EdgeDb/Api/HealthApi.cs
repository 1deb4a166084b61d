using EdgeDb.Core.Household;
using EdgeDb.Core.Storage;

namespace EdgeDb.Api;

/// <summary>/health/live and /health/ready.</summary>
internal static class HealthApi
{
    public static void MapHealthApi(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", LiveAsync);
        routes.MapGet("/health/ready", ReadyAsync);
    }

    private static Task LiveAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync("live");
    }

    private static async Task ReadyAsync(HttpContext context, SqliteDatabase database, FeedStore feeds)
    {
        context.Response.Headers.CacheControl = "no-store";
        // A read through the pool is the proof: an open file alone would not show a failing card.
        var list = await feeds.ListAsync(context.RequestAborted);
        var incidents = new List<IncidentBody>();
        var failing = list.Count(static f => f.Failures > 0);
        await context.Response.WriteAsJsonAsync(
            new ReadyBody(
                incidents.Count > 0 ? "degraded" : "ready",
                ProgramVersion.Text,
                new(SqliteDatabase.SqliteVersion, database.SchemaVersion, database.FileSizeBytes),
                incidents,
                new(list.Count - failing, failing)),
            ApiJson.Web.ReadyBody);
    }
}
