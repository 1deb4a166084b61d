namespace EdgeDb.Core.Audit;

/// <summary>What happened. In the file and the API it is <see cref="AuditKinds.Name"/>.</summary>
internal enum AuditKind
{
    /// <summary>The service started; with its version. Begins a new boot.</summary>
    ServiceStart,

    /// <summary>The service was told to stop. Without one before the next start it was killed, or the power went.</summary>
    ServiceStop,

    /// <summary>The wall clock was set, by more than a minute.</summary>
    ClockJump,

    /// <summary>Somebody signed in.</summary>
    SignIn,

    /// <summary>Wrong credentials. Summed up when there are many.</summary>
    SignInFailed,

    /// <summary>Somebody signed out.</summary>
    SignOut,

    /// <summary>Sessions were ended by somebody.</summary>
    SessionRevoked,

    /// <summary>A secret of the past was used: the session had been copied.</summary>
    SessionStolen,

    /// <summary>A device was paired.</summary>
    Pairing,

    /// <summary>An API token was made or removed.</summary>
    Token,

    /// <summary>An account was added, changed or removed, or its credentials were.</summary>
    Account,

    /// <summary>Somebody asked for what they may not do. Summed up when there are many.</summary>
    Refused,

    /// <summary>Data was written: domain, verb and ids; never texts.</summary>
    Write,

    /// <summary>Data left the house: a calendar was exported, or everything about a person.</summary>
    Export,

    /// <summary>Everything about a person was erased; with how many details of this log went.</summary>
    Erasure,

    /// <summary>A setting was changed: its name.</summary>
    Setting,

    /// <summary>Data keys were replaced.</summary>
    KeysRotated,

    /// <summary>A backup was made, checked or restored.</summary>
    Backup,

    /// <summary>A credential for an upstream server was used or changed: for which.</summary>
    Credential,

    /// <summary>Old entries were dropped: where the chain begins now.</summary>
    Checkpoint,

    /// <summary>Entries could not be kept: how many.</summary>
    Lost,

    /// <summary>Somebody should look at this; <see cref="SecurityEventKind"/> first.</summary>
    Warning,

    /// <summary>Somebody has seen a warning: its sequence.</summary>
    Acknowledged,
}
