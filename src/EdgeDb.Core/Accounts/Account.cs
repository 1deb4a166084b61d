using EdgeDb.Core.Access;

namespace EdgeDb.Core.Accounts;

/// <summary>Somebody who may sign in.</summary>
/// <param name="Id">UUIDv7.</param>
/// <param name="MemberId">The member of the household who it is; null for somebody who is none, such as a guest.</param>
/// <param name="Role">Owner, adult, child or guest.</param>
/// <param name="Name">1 to 100 characters, unique without regard to case.</param>
/// <param name="Password">Null: no sign-in with a password.</param>
/// <param name="Pin">For paired devices; null for none.</param>
/// <param name="HasTotp">Has a second factor.</param>
/// <param name="RecoveryCodes">Codes that are left.</param>
/// <param name="Link">Who it is to a provider; null for nobody.</param>
/// <param name="Hours">When it may be used; null: always.</param>
/// <param name="IsDisabled">Cannot sign in.</param>
/// <param name="CreatedAt">Unix seconds.</param>
/// <param name="Version">Counts edits, from 1.</param>
internal sealed record Account(
    string Id,
    string? MemberId,
    Role Role,
    string Name,
    PasswordHash? Password,
    PasswordHash? Pin,
    bool HasTotp,
    int RecoveryCodes,
    AccountLink? Link,
    AllowedHours? Hours,
    bool IsDisabled,
    long CreatedAt,
    long Version)
{
    /// <summary>Place of the sealed second factor.</summary>
    public static string TotpPlace(string id) => $"account.totp/{id}";

    /// <summary>A name as it is compared.</summary>
    public static string NameKey(string name) => name.Trim().ToUpperInvariant();
}
