using System.Globalization;
using EdgeDb.Core.Calendars;
using EdgeDb.Core.Storage;
using NodaTime;

namespace EdgeDb.Core.Household;

/// <summary>Keeps the window of expanded occurrences around today.</summary>
internal sealed class WindowKeeper(SqliteDatabase database, TimeProvider time, int monthsBack, int monthsAhead)
{
    private const string FromSetting = "window.from";
    private const string ToSetting = "window.to";
    private const string ReadableFromSetting = "window.readable.from";
    private const string ReadableToSetting = "window.readable.to";
    private const int SeriesPerWrite = 50;

    // A record, since a structure of two numbers cannot be volatile.
    private sealed record State(OccurrenceWindow Target);

    private volatile State _state = new(default(OccurrenceWindow));

    /// <summary>The window to expand for.</summary>
    public OccurrenceWindow Target => _state.Target;

    /// <summary>The window of the database, which an operation that writes occurrences compares with the one it expanded for.</summary>
    internal static OccurrenceWindow Read(SqliteSession session) => Read(session, FromSetting, ToSetting);

    /// <summary>
    /// The window that every series of this snapshot is expanded for: smaller than <see cref="Read(SqliteSession)"/> while that
    /// moves, empty before the first move. It is part of the snapshot, so that nobody reads old rows as if they were of the new window.
    /// </summary>
    internal static OccurrenceWindow ReadReadable(SqliteSession session) => Read(session, ReadableFromSetting, ReadableToSetting);

    /// <summary>Takes over the window of the database. Call before anything is written: a write for another window waits for this one.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken) =>
        _state = new(await database.ReadAsync(0, static (session, _) => Read(session), cancellationToken).ConfigureAwait(false));

    /// <summary>
    /// Moves the window to where today asks for it. Killed half-way, it starts again: the database says which window is
    /// wanted before the first series is replaced, and that it is reached after the last.
    /// </summary>
    /// <param name="cancellationToken">The caller gives up.</param>
    /// <param name="betweenSteps">Called between writes, which are many, with the number of series that are done and that of all.</param>
    public async Task MoveAsync(CancellationToken cancellationToken, Func<int, int, CancellationToken, ValueTask>? betweenSteps = null)
    {
        var (kept, readable) = await database.ReadAsync(
            0, static (session, _) => (Read(session), ReadReadable(session)), cancellationToken).ConfigureAwait(false);
        var wanted = Wanted(kept);
        if (wanted != kept || wanted != readable)
        {
            // Each series is expanded for the old window or for the new one: only what both hold can be read from the table.
            await WriteAsync(wanted, readable.Intersect(wanted), cancellationToken).ConfigureAwait(false);
            _state = new(wanted);
            var series = betweenSteps is null ? 0 : await database.ReadAsync(
                0, static (session, _) => (int)session.Prepare("SELECT count(*) FROM event WHERE recurring = 1").Scalar(), cancellationToken).ConfigureAwait(false);
            var done = 0;
            for (long after = 0; after >= 0;)
            {
                after = await ExpandSomeAsync(after, wanted, cancellationToken).ConfigureAwait(false);
                if (betweenSteps is not null)
                    await betweenSteps(done = Math.Min(done + SeriesPerWrite, series), series, cancellationToken).ConfigureAwait(false);
            }

            await WriteAsync(wanted, wanted, cancellationToken).ConfigureAwait(false);
        }
        _state = new(wanted);
    }

    private Task<bool> WriteAsync(OccurrenceWindow wanted, OccurrenceWindow readable, CancellationToken cancellationToken) =>
        database.WriteAsync(
            (Wanted: wanted, Readable: readable),
            static (session, window) =>
            {
                Write(session, FromSetting, window.Wanted.From);
                Write(session, ToSetting, window.Wanted.To);
                Write(session, ReadableFromSetting, window.Readable.From);
                Write(session, ReadableToSetting, window.Readable.To);
                session.Touch(Topics.Household);
                return true;
            },
            cancellationToken);

    private OccurrenceWindow Wanted(OccurrenceWindow kept)
    {
        var wanted = OccurrenceWindow.Around(Instant.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds()), monthsBack, monthsAhead);
        // Without a clock battery the board may wake up in the past: a window of the same size never moves back.
        var sameSize = Math.Abs((kept.To - kept.From) - (wanted.To - wanted.From)) < 5 * 86_400;
        return sameSize && wanted.To < kept.To ? kept : wanted;
    }

    /// <returns>The key to go on after; negative at the end.</returns>
    private async Task<long> ExpandSomeAsync(long after, OccurrenceWindow window, CancellationToken cancellationToken)
    {
        var batch = await database.ReadAsync(
            (After: after, Window: window),
            static (session, state) =>
            {
                var series = new List<(long Key, byte[] Hash, long Version, CompiledSeries Series)>();
                var zones = new Dictionary<string, CalendarZones>(StringComparer.Ordinal);
                var last = -1L;
                var rows = session.Prepare(
                    """
                    SELECT e.key, e.calendar_id, e.source_hash, s.ics, e.version FROM event e JOIN event_source s ON s.event_key = e.key
                    WHERE e.recurring = 1 AND e.key > ?1 ORDER BY e.key LIMIT ?2
                    """);
                rows.Bind(1, state.After).Bind(2, (long)SeriesPerWrite);
                while (rows.Step())
                {
                    last = rows.Int64(0);
                    var calendarId = rows.Text(1)!;
                    if (!zones.TryGetValue(calendarId, out var calendarZones))
                        zones.Add(calendarId, calendarZones = CalendarZoneRows.Read(session, calendarId));
                    var hash = rows.Blob(2).ToArray();
                    if (SeriesCompiler.Recompile(rows.Utf8(3), calendarZones, state.Window) is { } compiled)
                        series.Add((last, hash, rows.Int64(4), compiled));
                }
                return (Series: series, Last: last);
            },
            cancellationToken).ConfigureAwait(false);

        if (batch.Series.Count > 0)
            await database.WriteAsync(
                batch.Series,
                static (session, series) =>
                {
                    foreach (var (key, hash, version, compiled) in series)
                    {
                        // Edited or deleted since it was read: then it was expanded for the new window already. The hash alone does not
                        // tell, since a zone of the calendar may have changed and moved events whose text is the same.
                        var unchanged = session.Prepare("SELECT count(*) FROM event WHERE key = ?1 AND source_hash = ?2 AND version = ?3")
                            .Bind(1, key).BindBlob(2, hash).Bind(3, version);
                        if (unchanged.Scalar() == 1)
                            EventRows.ReplaceOccurrences(session, key, compiled);
                    }
                    return true;
                },
                cancellationToken).ConfigureAwait(false);
        return batch.Last;
    }

    private static OccurrenceWindow Read(SqliteSession session, string from, string to) =>
        new(Number(SettingRows.Read(session, from)), Number(SettingRows.Read(session, to)));

    private static void Write(SqliteSession session, string name, long value) =>
        SettingRows.Write(session, name, value.ToString(CultureInfo.InvariantCulture));

    private static long Number(string? text) => text is null ? 0 : long.Parse(text, CultureInfo.InvariantCulture);
}
