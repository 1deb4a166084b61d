using System.Collections.Frozen;
using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;

namespace EdgeDb.Core.Connections;

/// <summary>
/// What PostgreSQL's error codes say about the endpoint (appendix A of its manual). A code is looked up in full, then by its class, the first
/// two characters; a class that is not listed is <see cref="FailureKind.Query"/>: the server answered, and this operation is what failed.
/// </summary>
internal static class PostgresFailures
{
    public const string ReadOnlyTransaction = "25006";
    public const string QueryCanceled = "57014";
    public const string CachedPlanChanged = "0A000";
    public const string SerializationFailure = "40001";
    public const string DeadlockDetected = "40P01";

    /// <summary>Code or class, kind, and why.</summary>
    internal static readonly (string Code, FailureKind Kind, string Reason)[] Table =
    [
        ("08", FailureKind.Connect, "The connection broke or was refused; nothing is known of the server beyond that."),
        ("28", FailureKind.Connect, "Wrong password or role, or pg_hba.conf refuses: every caller fails alike until somebody corrects it, so calls are held off."),
        ("3D000", FailureKind.Connect, "The database does not exist: as with a wrong password, no caller can do anything on this endpoint."),
        ("57P01", FailureKind.Connect, "An administrator ended the session: the server shuts down, or fails over."),
        ("57P02", FailureKind.Connect, "Another backend crashed and the server restarts every session."),
        ("57P03", FailureKind.Connect, "The server starts, stops or recovers and takes no sessions yet."),
        ("57P04", FailureKind.Connect, "The database was dropped."),
        ("57P05", FailureKind.Connect, "The server closed an idle session; the next connection works."),
        ("25P03", FailureKind.Connect, "The server closed the session because its transaction idled too long."),
        ("58000", FailureKind.Connect, "PgBouncer's code for a server it cannot reach or log in to; PostgreSQL itself uses it hardly ever."),
        ("53300", FailureKind.Overload, "max_connections is reached: fewer connections help, more attempts do not."),
        ("53400", FailureKind.Overload, "A configured limit (temp_file_limit, say) is reached by what runs now."),
        ("57014", FailureKind.Timeout, "statement_timeout, which follows the caller's deadline, stopped the statement; the session is intact."),
        ("55P03", FailureKind.Query, "Somebody else holds the lock, and the statement wished not to wait for it (NOWAIT, lock_timeout): the server answered at once, it is not slow."),
        ("40", FailureKind.Query, "Serialization failure, deadlock, or a replica's replay took precedence: rolled back as a whole, so it can be repeated."),
        ("25006", FailureKind.Query, "A write reached a server that only reads: its role changed. Reads still work there, so only the class of the operation counts it."),
        ("53", FailureKind.Query, "Out of memory or disk: smaller operations may still succeed."),
        ("58", FailureKind.Query, "The server's file system failed for this operation; other tables may be healthy."),
        ("XX", FailureKind.Query, "Internal error or damaged data, tied to what this operation touches."),
        ("22", FailureKind.Caller, "A value does not fit: division by zero, bad text, overflow."),
        ("23", FailureKind.Caller, "A constraint did its work."),
        ("42", FailureKind.Caller, "Wrong SQL, unknown name, or missing right."),
        ("21", FailureKind.Caller, "A subquery returned more than one row."),
        ("20", FailureKind.Caller, "CASE had no branch that fits."),
        ("44", FailureKind.Caller, "WITH CHECK OPTION of a view refused the row."),
        ("P0", FailureKind.Caller, "A function raised an error on purpose."),
        ("25", FailureKind.Caller, "A statement that does not fit into the transaction it was sent in."),
        ("0A", FailureKind.Caller, "The server does not have this feature."),
        ("26000", FailureKind.Query, "A prepared statement is gone: a pooler in transaction mode stands between although PoolMode says Session, or somebody ran DISCARD."),
    ];

    private static readonly FrozenDictionary<string, FailureKind> Kinds = Table.ToFrozenDictionary(static row => row.Code, static row => row.Kind, StringComparer.Ordinal);

    /// <summary>What a failure of a connection attempt or of work on a connection means.</summary>
    public static FailureKind Classify(Exception exception) => exception switch
    {
        PostgresFailureException failure => failure.Kind,
        PostgresException server => Classify(server.SqlState),
        TimeoutException => FailureKind.Timeout,
        // Npgsql wraps what the network said; an aggregate comes from a batch with several parts.
        NpgsqlException { InnerException: { } inner } => Classify(inner) is var kind && kind == FailureKind.Caller ? FailureKind.Connect : kind,
        AggregateException { InnerExceptions: [var first, ..] } => Classify(first),
        SocketException or IOException or AuthenticationException or NpgsqlException or OperationCanceledException => FailureKind.Connect,
        _ => FailureKind.Caller,
    };

    /// <summary>Of two transactions that got into each other's way one was ended and is as welcome again as before; about the rest the kind says enough.</summary>
    public static RetryAdvice? Advise(Exception exception, FailureKind kind) =>
        exception is PostgresException { SqlState: SerializationFailure or DeadlockDetected } ? new RetryAdvice(true) : null;

    public static FailureKind Classify(string sqlState) =>
        Kinds.TryGetValue(sqlState, out var kind) || (sqlState.Length == 5 && Kinds.TryGetValue(sqlState[..2], out kind)) ? kind : FailureKind.Query;
}
