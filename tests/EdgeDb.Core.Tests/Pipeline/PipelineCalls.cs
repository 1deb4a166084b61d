using EdgeDb.Core.Pipeline;

namespace EdgeDb.Core.Tests.Pipeline;

internal static class PipelineCalls
{
    /// <summary>Asks as an endpoint does: what is kept is given at once.</summary>
    public static ValueTask<AnswerResult> AskAsync(
        this RequestPipeline pipeline, AnswerSource source, string key, PipelineFeatures features, CancellationToken ct) =>
        pipeline.TryGet(source, key, features, out var kept)
            ? new(new AnswerResult(kept, AnswerOrigin.Hit))
            : pipeline.GetAsync(source, key, RequestPriority.Normal, features, ct);
}
