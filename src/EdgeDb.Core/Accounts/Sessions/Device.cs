namespace EdgeDb.Core.Accounts;

/// <summary>A paired device on the wall.</summary>
/// <param name="Id">UUIDv7, also of its session.</param>
/// <param name="Name">1 to 100 characters.</param>
/// <param name="ApprovedBy">Account that approved it; null for the console, and once that account is gone.</param>
/// <param name="CreatedAt">Seconds of <see cref="AccountClock"/>.</param>
internal sealed record Device(string Id, string Name, string? ApprovedBy, long CreatedAt);
