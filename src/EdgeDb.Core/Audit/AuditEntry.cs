namespace EdgeDb.Core.Audit;

/// <summary>An entry as it is shown.</summary>
/// <param name="Sequence">1, 2, 3, …</param>
/// <param name="At">Seconds since 1970-01-01T00:00:00 UTC by the wall clock.</param>
/// <param name="Boot">Starts of the service so far.</param>
/// <param name="Kind">A name of <see cref="AuditKinds"/>.</param>
/// <param name="Actor">A name of <see cref="AuditActor"/>.</param>
/// <param name="Who">Which one; null where there is no more to say, or it was erased.</param>
/// <param name="What">What was done; null when it was erased.</param>
/// <param name="IsErased">Something of it was erased with the person it was about.</param>
/// <param name="Hash">Of the chain.</param>
internal sealed record AuditEntry(long Sequence, long At, long Boot, string Kind, string Actor, string? Who, string? What, bool IsErased, byte[] Hash);
