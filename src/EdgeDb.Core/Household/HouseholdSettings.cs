namespace EdgeDb.Core.Household;

/// <summary>What the household says of itself.</summary>
/// <param name="Name">Shown as the title.</param>
/// <param name="Zone">IANA name: where floating times and days are placed.</param>
/// <param name="Language">BCP 47 tag, or empty for the browser's own.</param>
/// <param name="WeekStart"><c>monday</c>, <c>sunday</c> or <c>saturday</c>.</param>
/// <param name="Version">Counts edits, from 1.</param>
public sealed record HouseholdSettings(string Name, string Zone, string Language, string WeekStart, long Version);
