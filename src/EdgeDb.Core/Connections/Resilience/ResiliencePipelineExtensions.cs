using Polly;

namespace EdgeDb.Core.Connections;

/// <summary>Adds the strategies of this folder to pipelines of Polly.</summary>
internal static class ResiliencePipelineExtensions
{
    /// <summary>Adds a breaker that tells failures apart by their kind.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="breaker">Holds the state; it can be shared by pipelines.</param>
    /// <param name="classify">The kind of a failure, see <see cref="IConnectionSource{T}.Classify"/>.</param>
    public static ResiliencePipelineBuilder AddFailureTypeCircuitBreaker(
        this ResiliencePipelineBuilder builder, EndpointBreaker breaker, Func<Exception, FailureKind> classify) =>
        builder.AddStrategy(_ => new FailureTypeCircuitBreaker(breaker, classify));
}
