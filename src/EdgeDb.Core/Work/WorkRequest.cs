namespace EdgeDb.Core.Work;

/// <summary>A job as it is asked for.</summary>
/// <param name="Kind">Name of a registered <see cref="WorkKind"/>.</param>
/// <param name="Name">What it does, for people.</param>
/// <param name="Key">Asking for the same key again is the same job.</param>
/// <param name="Payload">What its kind has to know.</param>
internal sealed record WorkRequest(string Kind, string Name, string Key, string Payload = "");
