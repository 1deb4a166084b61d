namespace EdgeDb.Core.Connections;

/// <summary>How a request over HTTP failed.</summary>
internal enum HttpFailure
{
    /// <summary>The host's name could not be resolved.</summary>
    UnknownHost,

    /// <summary>The name leads into the home network or to this machine, where the call may not go.</summary>
    NotPublic,

    /// <summary>The host refused the connection, or did not accept it in time.</summary>
    Unreachable,

    /// <summary>No secure connection: the certificate is not believed, or no common version of TLS.</summary>
    Tls,

    /// <summary>The connection ended before the answer did.</summary>
    Ended,

    /// <summary>What came is no HTTP, or of a kind that was not agreed on.</summary>
    Protocol,

    /// <summary>The time of the call was over.</summary>
    Timeout,

    /// <summary>The answer is larger than the call allows.</summary>
    TooLarge,

    /// <summary>The answer could not be decompressed.</summary>
    Undecodable,

    /// <summary>A redirect that does not say where to.</summary>
    RedirectWithoutTarget,

    /// <summary>A redirect from https to something less: what the address or the headers hold would travel in the clear.</summary>
    InsecureRedirect,

    /// <summary>More redirects than the call allows.</summary>
    TooManyRedirects,

    /// <summary>An answer whose status says that it failed; <see cref="HttpException.Status"/> says which.</summary>
    Status,

    /// <summary>An answer that is complete and means nothing to the caller: no JSON where there should be some.</summary>
    Content,
}
