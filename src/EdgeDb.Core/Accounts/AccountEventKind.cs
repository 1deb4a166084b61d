namespace EdgeDb.Core.Accounts;

/// <summary>What happens to accounts that somebody may want to know of later.</summary>
internal enum AccountEventKind
{
    /// <summary>Signed in.</summary>
    SignedIn,

    /// <summary>Signed in where the account was not known before.</summary>
    NewDevice,

    /// <summary>Wrong credentials.</summary>
    SignInRefused,

    /// <summary>Turned away because of wrong attempts before.</summary>
    SignInDelayed,

    /// <summary>Signed out.</summary>
    SignedOut,

    /// <summary>Sessions were ended by somebody.</summary>
    SessionsRevoked,

    /// <summary>A secret of the past was used: the session was copied, and was ended.</summary>
    SessionStolen,

    /// <summary>A device was paired.</summary>
    DevicePaired,

    /// <summary>The household has its first owner.</summary>
    Claimed,

    /// <summary>An account was added, changed or removed.</summary>
    AccountChanged,

    /// <summary>Password, PIN or second factor changed.</summary>
    CredentialsChanged,

    /// <summary>An API token was made or removed.</summary>
    TokensChanged,
}
