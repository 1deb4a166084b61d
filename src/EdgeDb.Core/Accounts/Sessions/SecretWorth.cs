namespace EdgeDb.Core.Accounts;

/// <summary>What a secret is worth.</summary>
internal enum SecretWorth
{
    /// <summary>It is the session's.</summary>
    Good,

    /// <summary>It is the one that was given out last, seen for the first time.</summary>
    Renewed,

    /// <summary>It was the session's: the browser has a newer one, so somebody else has this one, or has the newer one.</summary>
    Stolen,
}
