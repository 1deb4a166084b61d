namespace EdgeDb.Core.Accounts;

/// <summary>A request about accounts that cannot be carried out, said so that a person can act on it.</summary>
internal sealed class AccountException(AccountError error, string message, string? field = null) : Exception(message)
{
    /// <summary>The kind of refusal.</summary>
    public AccountError Error { get; } = error;

    /// <summary>The request's field at fault, when there is one.</summary>
    public string? Field { get; } = field;

    /// <summary>How long to wait before another attempt.</summary>
    public TimeSpan RetryAfter { get; init; }

    /// <summary>When the account may be used, of <see cref="AccountError.OutOfHours"/>.</summary>
    public AllowedHours? Hours { get; init; }

    internal static AccountException Missing(string what) => new(AccountError.NotFound, $"There is no such {what}.", "id");

    internal static AccountException Bad(string field, string message) => new(AccountError.Invalid, message, field);

    internal static void CheckVersion(long actual, long? expected)
    {
        if (expected is { } version && version != actual)
            throw new AccountException(AccountError.VersionMismatch, $"It was edited in between: the version is {actual}, the request expected {version}.", "If-Match");
    }
}
