namespace EdgeDb.Core.Audit;

/// <summary>What <see cref="AuditCheck"/> found.</summary>
/// <param name="Problem">Null when every entry is as it was written. Names the sequence.</param>
/// <param name="Broken">The first entry that is not.</param>
/// <param name="Entries">Entries that were looked at.</param>
/// <param name="First">The first of them, after old ones were dropped; 0 for none.</param>
/// <param name="Erased">Details that are gone because a person was erased.</param>
/// <param name="Head">The newest entry, to be noted down.</param>
internal sealed record AuditReport(string? Problem, long? Broken, long Entries, long First, long Erased, AuditHead Head);
