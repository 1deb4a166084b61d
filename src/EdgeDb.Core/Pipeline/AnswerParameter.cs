namespace EdgeDb.Core.Pipeline;

/// <summary>A parameter that a route knows.</summary>
/// <param name="Name">As in the query string; case matters.</param>
/// <param name="IsSet">May be given several times, in any order.</param>
/// <param name="IsDate">Its values may be dates, and then mostly ones around today.</param>
internal readonly record struct AnswerParameter(string Name, bool IsSet = false, bool IsDate = false);
