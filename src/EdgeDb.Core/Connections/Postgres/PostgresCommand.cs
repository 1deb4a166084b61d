using System.Text.RegularExpressions;

namespace EdgeDb.Core.Connections;

/// <summary>Adds the values of a run to the statement's parameters.</summary>
public delegate void PostgresBinder<TArgs>(ref PostgresArguments arguments, TArgs values);

/// <summary>
/// One SQL statement with positional parameters, made once and kept in a static field: <c>new PostgresCommand&lt;long&gt;("SELECT … WHERE id = $1",
/// static (ref p, id) => p.Add(id))</c>. Statements that would change the server's session are refused here, which is why a connection comes
/// back from a lease clean without a round trip.
/// </summary>
public abstract partial class PostgresCommand
{
    private protected PostgresCommand(string sql)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(sql);
        if (SessionChange().Match(sql) is { Success: true } change)
        {
            throw new ArgumentException(
                $"'{change.Value.Trim()}' changes the session, which the next user of the connection would inherit. For transactions use " +
                "PostgresConnection.Begin, for locks pg_advisory_xact_lock; settings follow the role of the connection.", nameof(sql));
        }

        Sql = sql;
        Shape = QueryShapes.Of(sql);
    }

    /// <summary>The statement.</summary>
    public string Sql { get; }

    /// <summary>What it asks. Its id is the affinity to ask the pool for, so that it prefers a connection that has the statement prepared.</summary>
    public QueryShape Shape { get; }

    [GeneratedRegex(
        @"^\s*(BEGIN|START|COMMIT|END|ROLLBACK|ABORT|SAVEPOINT|RELEASE|SET|RESET|LISTEN|UNLISTEN|PREPARE|EXECUTE|DEALLOCATE|DISCARD|DECLARE|CREATE\s+(LOCAL\s+|GLOBAL\s+)?TEMP(ORARY)?)\b" +
        @"|\b(pg_advisory_lock|pg_advisory_lock_shared|pg_try_advisory_lock|pg_try_advisory_lock_shared|set_config)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SessionChange();
}

/// <summary>A statement whose values come as one <typeparamref name="TArgs"/>, usually a value, a tuple or a record.</summary>
public sealed class PostgresCommand<TArgs> : PostgresCommand
{
    /// <summary>Throws <see cref="ArgumentException"/> for a statement that would change the session.</summary>
    public PostgresCommand(string sql, PostgresBinder<TArgs> bind)
        : base(sql) => Bind = bind;

    internal PostgresBinder<TArgs> Bind { get; }
}
