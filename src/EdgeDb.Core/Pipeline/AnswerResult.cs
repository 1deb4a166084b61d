namespace EdgeDb.Core.Pipeline;

/// <summary>An answer and where it came from.</summary>
internal readonly record struct AnswerResult(Answer Answer, AnswerOrigin Origin);
