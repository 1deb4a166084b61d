namespace EdgeDb.Core.Household;

/// <summary>Something that is on the noticeboard.</summary>
/// <param name="Id">UUIDv7.</param>
/// <param name="Text">1 to 1,000 characters.</param>
/// <param name="Color"><c>#rrggbb</c>, or null.</param>
/// <param name="MemberId">Who wrote it; null when that was nobody in particular, or they are gone.</param>
/// <param name="CreatedAt">Unix seconds.</param>
/// <param name="ExpiresAt">Unix seconds; from then on it is not shown.</param>
/// <param name="Version">Counts edits, from 1.</param>
internal sealed record Notice(string Id, string Text, string? Color, string? MemberId, long CreatedAt, long ExpiresAt, long Version);
