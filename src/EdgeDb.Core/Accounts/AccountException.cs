namespace EdgeDb.Core.Accounts;

/// <summary>Why a request about accounts is refused.</summary>
internal enum AccountError
{
    /// <summary>No such thing, or not for this caller.</summary>
    NotFound,

    /// <summary>A value is not acceptable; <see cref="AccountException.Field"/> names it.</summary>
    Invalid,

    /// <summary>The state forbids it, for example removing the last owner.</summary>
    Conflict,

    /// <summary>It was edited by somebody else in between.</summary>
    VersionMismatch,

    /// <summary>A bound is reached.</summary>
    LimitReached,

    /// <summary>The credentials are wrong. Which part of them is not said.</summary>
    Refused,

    /// <summary>The password is right and a second factor is asked for.</summary>
    SecondFactorNeeded,

    /// <summary>Too many wrong attempts: <see cref="AccountException.RetryAfter"/> says how long to wait.</summary>
    Delayed,

    /// <summary>Too many sign-ins at once.</summary>
    Busy,
}

/// <summary>A request about accounts that cannot be carried out, said so that a person can act on it.</summary>
internal sealed class AccountException(AccountError error, string message, string? field = null) : Exception(message)
{
    /// <summary>The kind of refusal.</summary>
    public AccountError Error { get; } = error;

    /// <summary>The request's field at fault, when there is one.</summary>
    public string? Field { get; } = field;

    /// <summary>How long to wait before another attempt.</summary>
    public TimeSpan RetryAfter { get; init; }

    internal static AccountException Missing(string what) => new(AccountError.NotFound, $"There is no such {what}.", "id");

    internal static AccountException Bad(string field, string message) => new(AccountError.Invalid, message, field);

    internal static void CheckVersion(long actual, long? expected)
    {
        if (expected is { } version && version != actual)
            throw new AccountException(AccountError.VersionMismatch, $"It was edited in between: the version is {actual}, the request expected {version}.", "If-Match");
    }
}
