using EdgeDb.Core.Access;

namespace EdgeDb.Api;

/// <summary>What an answer is asked for, and what the asker sees: it is made for everybody of whom both is the same.</summary>
/// <param name="Row">The id in the path; empty without one.</param>
/// <param name="Parameters">What the route knows.</param>
/// <param name="Sight">What the asker sees.</param>
internal readonly record struct AnswerRequest(string Row, RequestReader Parameters, Sight Sight);
