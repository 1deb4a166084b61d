using EdgeDb.Core.Access;
using EdgeDb.Core.Connections;
using EdgeDb.Hosting;

namespace EdgeDb.Api;

/// <summary>/metrics, for Prometheus and what reads its text.</summary>
internal static class MetricsApi
{
    public static void MapMetricsApi(this IEndpointRouteBuilder routes) => routes.MapMethods("/metrics", HttpReads.Methods, GetAsync).Requires(AccessDomain.Operations, AccessVerb.Read);

    private static async Task GetAsync(HttpContext context, ServiceMetrics metrics)
    {
        _ = new RequestReader(context.Request);
        await metrics.PrepareAsync(context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentType = PrometheusExporter.ContentType;
        // Some 40 KB, into pooled memory: all of one moment, and nobody who reads slowly holds up the next collection.
        metrics.Exporter.WriteTo(context.Response.BodyWriter);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }
}
