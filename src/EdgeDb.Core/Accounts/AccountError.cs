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

    /// <summary>The credentials are right, and the account may be used at other hours of the day only.</summary>
    OutOfHours,

    /// <summary>The password is right and a second factor is asked for.</summary>
    SecondFactorNeeded,

    /// <summary>Too many wrong attempts: <see cref="AccountException.RetryAfter"/> says how long to wait.</summary>
    Delayed,

    /// <summary>Who asks may not do this, or has not shown that it is they.</summary>
    Forbidden,

    /// <summary>Too many sign-ins at once.</summary>
    Busy,
}
