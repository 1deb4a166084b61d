namespace EdgeDb.Core.Household;

/// <summary>What the household says of itself.</summary>
/// <param name="Name">Shown as the title.</param>
/// <param name="Zone">IANA name: where floating times and days are placed.</param>
/// <param name="Language">BCP 47 tag, or empty for the browser's own.</param>
/// <param name="WeekStart"><c>monday</c>, <c>sunday</c> or <c>saturday</c>.</param>
/// <param name="Clock"><c>24h</c>, <c>12h</c>, or <c>auto</c> for what the language has.</param>
/// <param name="WeekNumbers">Weeks are shown with their numbers.</param>
/// <param name="Version">Counts edits, from 1.</param>
public sealed record HouseholdSettings(string Name, string Zone, string Language, string WeekStart, string Clock, bool WeekNumbers, long Version);
