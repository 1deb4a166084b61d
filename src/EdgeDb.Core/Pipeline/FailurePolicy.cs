namespace EdgeDb.Core.Pipeline;

/// <summary>A line of the table: what is done when this fails in that way.</summary>
/// <param name="Operation">What was tried.</param>
/// <param name="Failure">What went wrong.</param>
/// <param name="Steps">What is done.</param>
/// <param name="Promise">What somebody sees, in a sentence.</param>
internal sealed record FailurePolicy(PipelineOperation Operation, PipelineFailure Failure, FailureStep Steps, string Promise);
