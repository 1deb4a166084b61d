using System.Globalization;
using EdgeDb.Core.Connections;

namespace EdgeDb.Core.Storage;

/// <summary>What is known of upstream servers and has to outlive a restart, in the household's file: a few values that change a few times a year.</summary>
internal sealed class UpstreamStore(SqliteDatabase database)
{
    private const string HistoryName = "postgres.history";

    /// <summary>How far the history of the PostgreSQL cluster had gone; null when none was ever seen.</summary>
    public ValueTask<PostgresHistory?> HistoryAsync(CancellationToken ct) => database.ReadAsync(
        HistoryName,
        static (session, name) =>
        {
            var row = session.Prepare("SELECT value FROM setting WHERE name = ?1").Bind(1, name);
            return row.Step() && row.Text(0)!.Split(' ') is [var cluster, var timeline]
                && long.TryParse(cluster, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var identifier)
                && uint.TryParse(timeline, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    ? new PostgresHistory(identifier, number)
                    : (PostgresHistory?)null;
        },
        ct);

    /// <summary>Remembers it: the primary that was replaced may be the only server that answers after the next start.</summary>
    public Task SetHistoryAsync(PostgresHistory history, CancellationToken ct) => database.WriteAsync(
        string.Create(CultureInfo.InvariantCulture, $"{history.SystemIdentifier} {history.Timeline}"),
        static (session, text) => session.Prepare(
            "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
            .Bind(1, HistoryName).Bind(2, text).Execute(),
        ct);
}
