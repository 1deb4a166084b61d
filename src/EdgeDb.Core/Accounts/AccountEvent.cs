namespace EdgeDb.Core.Accounts;

/// <summary>Something that happened. It holds no credential.</summary>
/// <param name="Kind">What.</param>
/// <param name="AccountId">To which account; null where there is none.</param>
/// <param name="By">Who did it, by name; the name that was entered where nobody was known.</param>
/// <param name="Where">Address or device; empty where not known.</param>
/// <param name="What">In a few words.</param>
internal readonly record struct AccountEvent(AccountEventKind Kind, string? AccountId, string By, string Where, string What);
