namespace EdgeDb.Core.Connections;

/// <summary>Kinds of failures of the Redis client.</summary>
internal enum RedisFailure
{
    /// <summary>No connection (name, network, TLS, sign-in), or not any more; the command was not sent.</summary>
    Connect,

    /// <summary>The connection was lost or closed while the command waited for its answer; it may have run.</summary>
    Lost,

    /// <summary>No answer in time; the command may still run.</summary>
    Timeout,

    /// <summary>The client has as many commands or bytes on their way as it may have. Nothing was sent.</summary>
    Busy,

    /// <summary>The server answered with an error; <see cref="RedisException.Code"/> says which.</summary>
    Server,

    /// <summary>The answer is larger than the settings allow; it was skipped.</summary>
    TooLarge,

    /// <summary>What came is not RESP3, or not the answer that was due. The connection is closed: no later answer could be trusted.</summary>
    Protocol,
}
