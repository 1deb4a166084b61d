using EdgeDb.Core.Access;
using EdgeDb.Core.Caching;
using EdgeDb.Core.Pipeline;

namespace EdgeDb.Api;

/// <summary>/api/pipeline: how requests are answered. Its answer is of the moment and carries no ETag.</summary>
internal static class PipelineApi
{
    private static readonly PolicyBody[] Policies = [.. FailurePolicies.Table.Select(static policy => new PolicyBody(
        ConnectionAnswers.Name(policy.Operation), ConnectionAnswers.Name(policy.Failure), Steps(policy.Steps), policy.Promise))];

    public static void MapPipelineApi(this IEndpointRouteBuilder routes) => routes.MapMethods("/api/pipeline", HttpReads.Methods, GetAsync).Requires(AccessDomain.Operations, AccessVerb.Read);

    private static Task GetAsync(HttpContext context, RequestPipeline pipeline, AdaptiveMemoryCache cache, AdmissionGate gate, EmergencyMode emergency)
    {
        _ = new RequestReader(context.Request);
        var (answers, counts) = (pipeline.Statistics, cache.Counts);
        return context.AnswerAsync(
            new PipelineBody(
                emergency.Current is { } need ? EmergencyText.Of(need) : null,
                new(
                    answers.Answers(AnswerOrigin.Made), answers.Answers(AnswerOrigin.Shared), answers.Answers(AnswerOrigin.Hit),
                    answers.Answers(AnswerOrigin.SecondLevel), answers.Answers(AnswerOrigin.Stale), answers.Answers(AnswerOrigin.StaleIfError)),
                new(counts.Entries, cache.MaxEntries, counts.SizeBytes, cache.ByteBudget, counts.Evicted, counts.Expired, counts.Invalidated),
                new(gate.Running, gate.Waiting, gate.TurnedAway),
                Policies),
            ApiJson.Web.PipelineBody);
    }

    private static string[] Steps(FailureStep steps) =>
        [.. Enum.GetValues<FailureStep>().Where(step => step != FailureStep.None && steps.HasFlag(step)).Select(ConnectionAnswers.Name)];
}
