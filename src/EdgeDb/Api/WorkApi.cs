using EdgeDb.Core.Access;
using EdgeDb.Core.Work;
using EdgeDb.Hosting;

namespace EdgeDb.Api;

/// <summary>/api/work: what goes on in the background. Its answer is of the moment and carries no ETag.</summary>
internal static class WorkApi
{
    public static void MapWorkApi(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/api/work", HttpReads.Methods, ListAsync).Requires(AccessDomain.Operations, AccessVerb.Read);
        routes.MapPost("/api/work/copy", CopyAsync).Requires(AccessDomain.Backups, AccessVerb.Add);
    }

    private static Task ListAsync(HttpContext context, BackgroundQueue queue)
    {
        _ = new RequestReader(context.Request);
        return AnswerAsync(context, queue);
    }

    private static async Task CopyAsync(HttpContext context, BackgroundQueue queue)
    {
        _ = new RequestReader(context.Request);
        if (!await queue.AddKeptAsync(new(HouseholdWorker.Copy, "Take the copy that was asked for", HouseholdWorker.Copy), context.RequestAborted))
            throw new ProblemException(503, "busy", "The service is busy", "Too much background work waits; try again later.");
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        await AnswerAsync(context, queue);
    }

    /// <summary>Answers every job.</summary>
    internal static Task AnswerAsync(HttpContext context, BackgroundQueue queue) =>
        context.AnswerAsync(new WorkList([.. queue.Snapshot().Select(Of)], null), ApiJson.Web.WorkList);

    private static WorkBody Of(WorkStatus job) => new(
        job.Kind,
        job.Name,
        job.State switch
        {
            WorkState.Running => "running",
            WorkState.Failed => "failed",
            _ => "waiting",
        },
        job.Done,
        job.Total,
        TimeText.Instant(job.Since.ToUnixTimeSeconds()),
        TimeText.Instant(job.NextTry?.ToUnixTimeSeconds()));
}
