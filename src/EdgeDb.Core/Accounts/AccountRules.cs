using EdgeDb.Core.Access;

namespace EdgeDb.Core.Accounts;

/// <summary>The rules for single values of accounts, each refusing with the field's name and the limit.</summary>
internal static class AccountRules
{
    /// <summary>Accounts of a household.</summary>
    public const int MaxAccounts = 100;

    /// <summary>Characters of a name.</summary>
    public const int MaxNameLength = 100;

    /// <summary>NIST SP 800-63B §5.1.1.2: length counts, rules of composition do not.</summary>
    public const int MinPasswordLength = 8;

    /// <summary>No more than a long sentence: hashing begins with reading it all.</summary>
    public const int MaxPasswordLength = 256;

    /// <summary>A name without blanks around it.</summary>
    public static string Name(string? value, string field = "name")
    {
        var name = value?.Trim() ?? "";
        if (name.Length is 0 or > MaxNameLength)
            throw AccountException.Bad(field, $"'{field}' must have 1 to {MaxNameLength} characters; it has {name.Length}.");
        foreach (var c in name)
            if (char.IsControl(c))
                throw AccountException.Bad(field, $"'{field}' holds the control character U+{(int)c:X4}.");
        for (var i = 0; i < name.Length; i++)
            if (char.IsSurrogate(name[i]) && !(char.IsHighSurrogate(name[i]) && i + 1 < name.Length && char.IsLowSurrogate(name[++i])))
                throw AccountException.Bad(field, $"'{field}' holds half of a surrogate pair.");
        return name;
    }

    /// <summary>A password to set.</summary>
    public static string Password(string? value, string accountName)
    {
        if (value is null || value.Length is < MinPasswordLength or > MaxPasswordLength)
            throw AccountException.Bad("password", $"'password' must have {MinPasswordLength} to {MaxPasswordLength} characters; it has {value?.Length ?? 0}.");
        if (Account.NameKey(value) == Account.NameKey(accountName) || value.Distinct().Count() == 1)
            throw AccountException.Bad("password", "'password' is too easy to guess: choose something other than the name or one character again and again.");
        return value;
    }

    /// <summary>A PIN to set: digits that are neither all the same nor in a row.</summary>
    public static string Pin(string? value)
    {
        if (value is null || value.Length is < 4 or > 8 || !value.All(char.IsAsciiDigit))
            throw AccountException.Bad("pin", "'pin' must have 4 to 8 digits.");
        var steps = value.Zip(value.Skip(1), static (a, b) => b - a).Distinct().ToArray();
        return steps is [0 or 1 or -1] ? throw AccountException.Bad("pin", "'pin' is too easy to guess: no 0000 and no 1234.") : value;
    }

    /// <summary>A role that accounts can have.</summary>
    public static Role Role(string? value) => value switch
    {
        "owner" => Access.Role.Owner,
        "adult" => Access.Role.Adult,
        "child" => Access.Role.Child,
        "guest" => Access.Role.Guest,
        _ => throw AccountException.Bad("role", "'role' must be owner, adult, child or guest."),
    };

    /// <summary>Its name in files and answers.</summary>
    public static string Text(Role role) => role switch
    {
        Access.Role.Owner => "owner",
        Access.Role.Adult => "adult",
        Access.Role.Child => "child",
        Access.Role.Guest => "guest",
        Access.Role.Kiosk => "kiosk",
        _ => "service",
    };

    /// <summary>Hours; empty for always.</summary>
    public static AllowedHours? Hours(string? value) => string.IsNullOrEmpty(value)
        ? null
        : AllowedHours.Parse(value) ?? throw AccountException.Bad("hours", "'hours' must be such as 07:00-20:00, or empty for always.");
}
