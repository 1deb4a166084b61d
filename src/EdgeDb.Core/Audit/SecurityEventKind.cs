namespace EdgeDb.Core.Audit;

/// <summary>What somebody should look at.</summary>
internal enum SecurityEventKind
{
    /// <summary>Somebody signed in on a device that the account had not been used on.</summary>
    NewDevice,

    /// <summary>Many wrong credentials within a short time.</summary>
    ManyFailures,

    /// <summary>A copied session was used, and was ended.</summary>
    SessionStolen,

    /// <summary>The audit log is not as it was written.</summary>
    ChainBroken,

    /// <summary>A certificate expires soon.</summary>
    CertificateExpiring,

    /// <summary>Queries take at least twice their usual time.</summary>
    UnusualQueries,

    /// <summary>The certificate of https was replaced by another one.</summary>
    CertificateRenewed,
}
