namespace EdgeDb.Core.Connections;

/// <summary>The settings of a server's session that follow from a connection's role and the caller's deadline.</summary>
/// <param name="StatementTimeoutMs">The server stops a statement after this long. At least 1: 0 would mean never.</param>
/// <param name="ReadOnly">Writes are refused.</param>
internal readonly record struct PostgresSettings(int StatementTimeoutMs, bool ReadOnly)
{
    // The server's answer needs this long to be here before the deadline.
    private const int AnswerMs = 10;

    /// <summary>
    /// The timeout leaves a tenth of the time, at least 10 ms, for the answer. One in force is kept while it ends before that but leaves the
    /// statement 70 % of the time: callers with the same deadline then send it once a connection, not once a statement.
    /// </summary>
    public static PostgresSettings For(ConnectionRole role, TimeSpan timeLeft, int timeoutInForceMs)
    {
        var leftMs = timeLeft.TotalMilliseconds;
        var latest = Math.Max(1, leftMs - Math.Max(AnswerMs, leftMs / 10));
        var keeps = timeoutInForceMs <= latest && timeoutInForceMs >= leftMs * 0.7;
        return new PostgresSettings(keeps ? timeoutInForceMs : (int)latest, role is ConnectionRole.Read or ConnectionRole.Analytics);
    }
}
