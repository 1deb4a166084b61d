namespace EdgeDb.Core.Household;

/// <summary>The name that whoever asks for an edit gives it, so that asking again does not make another one.</summary>
/// <param name="Id">A UUID.</param>
/// <param name="Request">Method and address: a name is good for one request.</param>
internal sealed record EditKey(string Id, string Request);
