using System.Globalization;
using EdgeDb.Core.Connections;

namespace EdgeDb.Core.Storage;

/// <summary>What of upstream servers has to outlive a restart.</summary>
/// <param name="History">How far the history of the PostgreSQL cluster had gone; null when none was ever seen.</param>
/// <param name="Isolations">What persons have taken out.</param>
internal sealed record UpstreamMemory(PostgresHistory? History, IReadOnlyList<Isolation> Isolations);

/// <summary>Keeps an <see cref="UpstreamMemory"/> in the household's file: a few values that change a few times a year.</summary>
internal sealed class UpstreamStore(SqliteDatabase database)
{
    private const string HistoryName = "postgres.history";

    // isolated/ENDPOINT or isolated/ENDPOINT/CLASS, with the second it was done; neither name has a slash.
    private const string IsolatedPrefix = "isolated/";

    public ValueTask<UpstreamMemory> LoadAsync(CancellationToken ct) => database.ReadAsync(
        0,
        static (session, _) =>
        {
            var history = SettingRows.Read(session, HistoryName) is { } text ? History(text) : null;
            var isolations = new List<Isolation>();
            var rows = session.Prepare("SELECT name, value FROM setting WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name").Bind(1, IsolatedPrefix);
            while (rows.Step())
            {
                var parts = rows.Text(0)![IsolatedPrefix.Length..].Split('/', 2);
                var since = long.TryParse(rows.Text(1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds) ? seconds : 0;
                isolations.Add(new(parts[0], parts.Length > 1 ? parts[1] : null, DateTimeOffset.FromUnixTimeSeconds(since)));
            }

            return new UpstreamMemory(history, isolations);
        },
        ct);

    /// <summary>Remembers how far the history has gone: the primary that was replaced may be the only server that answers after the next start.</summary>
    public Task SetHistoryAsync(PostgresHistory history, CancellationToken ct) =>
        SetAsync(HistoryName, string.Create(CultureInfo.InvariantCulture, $"{history.SystemIdentifier} {history.Timeline}"), ct);

    /// <summary>Remembers that something was taken out.</summary>
    public Task AddAsync(Isolation isolation, CancellationToken ct) =>
        SetAsync(NameOf(isolation.Endpoint, isolation.OperationClass), isolation.Since.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), ct);

    /// <summary>Forgets it: of one class, or of the endpoint and all its classes.</summary>
    public Task RemoveAsync(string endpoint, string? operationClass, CancellationToken ct) => database.WriteAsync(
        NameOf(endpoint, operationClass),
        static (session, name) => session.Prepare("DELETE FROM setting WHERE name = ?1 OR substr(name, 1, length(?1) + 1) = ?1 || '/'").Bind(1, name).Execute(),
        ct);

    private Task<int> SetAsync(string name, string value, CancellationToken ct) => database.WriteAsync(
        (name, value),
        static (session, setting) => SettingRows.Write(session, setting.name, setting.value),
        ct);

    private static string NameOf(string endpoint, string? operationClass) =>
        operationClass is null ? IsolatedPrefix + endpoint : $"{IsolatedPrefix}{endpoint}/{operationClass}";

    private static PostgresHistory? History(string text) =>
        text.Split(' ') is [var cluster, var timeline]
        && long.TryParse(cluster, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var identifier)
        && uint.TryParse(timeline, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new PostgresHistory(identifier, number)
            : null;
}
