using EdgeDb.Core.Access;
using EdgeDb.Core.Work;
using EdgeDb.Hosting;

namespace EdgeDb.Api;

/// <summary>/api/keys: the keys that seal secrets.</summary>
internal static class KeysApi
{
    public static void MapKeysApi(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/keys/rotate", RotateAsync).Requires(AccessDomain.Operations, AccessVerb.Change);

    private static async Task RotateAsync(HttpContext context, HouseholdWorker worker, BackgroundQueue queue)
    {
        _ = new RequestReader(context.Request);
        await worker.RotateKeysAsync(context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        await WorkApi.AnswerAsync(context, queue);
    }
}
