using EdgeDb.Core.Access;
using EdgeDb.Core.Pipeline;

namespace EdgeDb.Api;

/// <summary>Maps reads that go through the pipeline.</summary>
internal static class AnswerRoutes
{
    /// <summary>Maps one, which requires to read the domain; the builder may require more.</summary>
    public static IEndpointConventionBuilder MapAnswers(this IEndpointRouteBuilder routes, string pattern, AccessDomain domain, AnswerRoute route)
    {
        var services = routes.ServiceProvider;
        var pipeline = services.GetRequiredService<RequestPipeline>();
        pipeline.Register(route);
        var endpoint = new AnswerEndpoint(pipeline, route, services.GetRequiredService<PipelineSwitch>());
        return routes.MapMethods(pattern, HttpReads.Methods, endpoint.ServeAsync).Requires(domain, AccessVerb.Read);
    }
}
