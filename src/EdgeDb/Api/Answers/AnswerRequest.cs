namespace EdgeDb.Api;

/// <summary>What an answer is asked for, without who asks: it is made for everybody who asks the same.</summary>
/// <param name="Row">The id in the path; empty without one.</param>
/// <param name="Parameters">What the route knows.</param>
internal readonly record struct AnswerRequest(string Row, RequestReader Parameters);
