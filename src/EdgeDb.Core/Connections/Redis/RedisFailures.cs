namespace EdgeDb.Core.Connections;

/// <summary>What a failure says about the server. A failure that is not the client's own comes from a caller's code.</summary>
internal static class RedisFailures
{
    /// <summary>What a full server says, before it closes the connection.</summary>
    public const string TooManyClients = "ERR max number of clients reached";

    public static FailureKind Classify(Exception exception) => exception is not RedisException redis ? FailureKind.Caller : redis.Failure switch
    {
        RedisFailure.Connect when IsOverload(redis) => FailureKind.Overload,
        RedisFailure.Connect or RedisFailure.Lost or RedisFailure.Protocol => FailureKind.Connect,
        RedisFailure.Timeout => FailureKind.Timeout,
        RedisFailure.Busy => FailureKind.Overload,
        RedisFailure.TooLarge => FailureKind.Caller,
        _ => ClassifyCode(redis.Code),
    };

    /// <summary>The error answers of Redis 7 (src/server.c, createSharedObjects) that are not the caller's doing.</summary>
    private static FailureKind ClassifyCode(string code) => code switch
    {
        "LOADING" => FailureKind.Overload,        // starting: it reads its data set and will be ready
        "BUSY" => FailureKind.Overload,           // a script has been running for too long; nothing else is answered until it ends
        "TRYAGAIN" => FailureKind.Overload,       // keys are just moving between nodes
        "CLUSTERDOWN" => FailureKind.Overload,    // no node answers for the key now; the cluster repairs itself
        "MASTERDOWN" => FailureKind.Connect,      // a replica without its primary: it answers nothing, another address may
        "READONLY" => FailureKind.Connect,        // the primary has become a replica: a new connection finds the new primary behind the name
        "NOAUTH" => FailureKind.Connect,          // the password was changed under the connection: it must sign in anew
        "OOM" => FailureKind.Query,               // maxmemory: writes fail while reads go on
        "MISCONF" => FailureKind.Query,           // the disk of the server: writes fail while reads go on
        "NOREPLICAS" => FailureKind.Query,        // too few replicas: writes fail while reads go on
        _ => FailureKind.Caller,                  // WRONGTYPE, ERR, NOSCRIPT, NOPERM, MOVED, EXECABORT … and the codes that scripts make up
    };

    private static bool IsOverload(RedisException refused) =>
        refused.Code is "LOADING" or "BUSY" || refused.Message.Contains(TooManyClients, StringComparison.Ordinal);
}
