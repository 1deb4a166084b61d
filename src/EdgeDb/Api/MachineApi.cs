using EdgeDb.Core.Access;
using EdgeDb.Hosting;

namespace EdgeDb.Api;

/// <summary>/api/machine: how the board is that all this runs on. Its answer is of the moment and carries no ETag.</summary>
internal static class MachineApi
{
    public static void MapMachineApi(this IEndpointRouteBuilder routes) =>
        routes.MapMethods("/api/machine", HttpReads.Methods, GetAsync).Requires(AccessDomain.Operations, AccessVerb.Read);

    private static Task GetAsync(HttpContext context, MachineReadings machine)
    {
        _ = new RequestReader(context.Request);
        return context.AnswerAsync(machine.Read(), ApiJson.Web.MachineBody);
    }
}
