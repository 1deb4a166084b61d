using EdgeDb.Core.Access;
using EdgeDb.Core.Calendars;
using EdgeDb.Core.Connections;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Household;

/// <summary>Brings the events of an iCalendar text into a calendar, a bounded write at a time.</summary>
internal sealed class CalendarImport(SqliteDatabase database, WindowKeeper window, HouseholdStore household, FeedLimits limits)
{
    // A write of this size takes some milliseconds: other writes, and the readers' checkpoint, never wait for a whole feed.
    private const int SeriesPerWrite = 100;
    private const int OccurrencesPerWrite = 5_000;

    private readonly CalendarReaderLimits _readerLimits = new() { MaxBytes = limits.MaxBytes, MaxComponents = limits.MaxEvents };

    /// <summary>
    /// Adds a file's events to a local calendar. An event that is there already is replaced only by a newer revision
    /// (SEQUENCE, then LAST-MODIFIED): an old file must not undo what was edited since.
    /// </summary>
    /// <exception cref="HouseholdException">The calendar mirrors a feed, or the text is none or too large.</exception>
    public async Task<CalendarImportResult> ImportAsync(string calendarId, Stream text, Actor actor, CancellationToken cancellationToken)
    {
        await RequireLocalAsync(calendarId, actor, cancellationToken).ConfigureAwait(false);
        return await ImportAsync(calendarId, await ReadAsync(text, cancellationToken).ConfigureAwait(false), actor, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a file for <see cref="ImportAsync(string, CalendarDocument, Actor, CancellationToken)"/>.</summary>
    /// <exception cref="HouseholdException">The text is no calendar or too large.</exception>
    public async Task<CalendarDocument> ReadAsync(Stream text, CancellationToken cancellationToken)
    {
        var bytes = await BoundedRead.ToArrayAsync(text, limits.MaxBytes, cancellationToken).ConfigureAwait(false)
            ?? throw new HouseholdException(HouseholdError.LimitReached, $"A calendar may have at most {limits.MaxBytes / (1024 * 1024)} MB.", "body");
        try
        {
            var document = Read(bytes);
            return document.IsCalendar ? document : throw HouseholdException.Bad("body", "This is not an iCalendar file: it holds no VCALENDAR.");
        }
        catch (CalendarLimitException exception)
        {
            throw new HouseholdException(HouseholdError.LimitReached, exception.Message, "body");
        }
    }

    /// <summary>Adds what was read to a local calendar.</summary>
    public async Task<CalendarImportResult> ImportAsync(string calendarId, CalendarDocument document, Actor actor, CancellationToken cancellationToken)
    {
        await RequireLocalAsync(calendarId, actor, cancellationToken).ConfigureAwait(false);
        if (document.Todos.Count > 0)
            document.Problems.Add(new(0, "VTODO", null, "", $"is there {document.Todos.Count} times; tasks are imported into a list"));
        var changed = await PutChangedAsync(calendarId, document, onlyNewer: true, cancellationToken).ConfigureAwait(false);
        return new(document.Series.Count, changed, 0, document.Problems.Count, document.Problems.Items);
    }

    // A mirror drops what its feed does not hold.
    private async Task RequireLocalAsync(string calendarId, Actor actor, CancellationToken cancellationToken)
    {
        var calendar = await household.CalendarAsync(calendarId, actor, cancellationToken).ConfigureAwait(false);
        if (calendar.Origin == CalendarOrigin.Feed)
            throw new HouseholdException(HouseholdError.Conflict, "This calendar mirrors a feed; import into a local one.");
        if (calendar.Holds != CalendarHolds.Events)
            throw new HouseholdException(HouseholdError.Conflict, "This is a list: it holds tasks and no events.");
    }

    /// <summary>Reads a calendar within the limits, with the text of its series. Throws <see cref="CalendarLimitException"/>.</summary>
    internal CalendarDocument Read(byte[] text)
    {
        using var stream = new MemoryStream(text, writable: false);
        return CalendarDocument.Read(stream, keepText: true, _readerLimits);
    }

    /// <summary>Makes a mirror's events those of <paramref name="document"/>. What a broken-off text lacks is not removed.</summary>
    /// <returns>How many were new or changed, and how many removed.</returns>
    internal async Task<(long Changed, long Removed)> MirrorAsync(
        string calendarId, CalendarDocument document, CancellationToken cancellationToken)
    {
        var changed = await PutChangedAsync(calendarId, document, onlyNewer: false, cancellationToken).ConfigureAwait(false);
        var removed = document.IsTruncated ? 0 : await RemoveMissingAsync(calendarId, document, cancellationToken).ConfigureAwait(false);
        return (changed, removed);
    }

    private async Task<long> PutChangedAsync(
        string calendarId, CalendarDocument document, bool onlyNewer, CancellationToken cancellationToken)
    {
        var definitions = document.Zones.Where(static z => ZoneNames.Find(z.Id) is null).ToDictionary(static z => z.Id, document.TextOf, StringComparer.Ordinal);
        // Of two definitions with one name the first counts: a local calendar's own, which its events lie by.
        var known = await database.WriteAsync(
            (Id: calendarId, Zones: definitions, Mirror: !onlyNewer),
            static (session, state) =>
            {
                HouseholdStore.RequireCalendar(session, state.Id);
                if (state.Mirror)
                    CalendarZoneRows.Mirror(session, state.Id, state.Zones);
                else
                    CalendarZoneRows.Add(session, state.Id, state.Zones);
                return CalendarZoneRows.ReadDefinitions(session, state.Id);
            },
            cancellationToken).ConfigureAwait(false);
        var zones = new CalendarZones([.. known, .. document.Zones], document.Problems);
        var stored = await StoredHashesAsync(calendarId, cancellationToken).ConfigureAwait(false);

        long changed = 0;
        var batch = new List<(EventSeries Series, byte[] Text, byte[] Hash)>();
        var compiled = new List<CompiledSeries>();
        foreach (var series in document.Series)
        {
            var text = document.TextOf(series);
            var hash = SeriesSource.Hash(text);
            if (stored.TryGetValue(series.Uid, out var before) && hash.AsSpan().SequenceEqual(before))
                continue;
            batch.Add((series, text, hash));
            if (batch.Count == SeriesPerWrite)
                await FlushAsync().ConfigureAwait(false);
        }
        await FlushAsync().ConfigureAwait(false);
        return changed;

        async Task FlushAsync()
        {
            var next = 0;
            while (next < batch.Count)
            {
                var target = window.Target;
                var occurrences = 0;
                var first = next;
                compiled.Clear();
                while (next < batch.Count && occurrences < OccurrencesPerWrite)
                {
                    var (series, text, hash) = batch[next++];
                    var one = SeriesCompiler.Compile(series, text, hash, zones, target);
                    compiled.Add(one);
                    occurrences += one.Dense ? 0 : one.Occurrences.Count;
                }
                if (await WriteAsync(calendarId, compiled, target, onlyNewer, cancellationToken).ConfigureAwait(false) is not { } written)
                {
                    next = first; // The window moved meanwhile: expand again for the new one.
                    continue;
                }
                changed += written;
                foreach (var one in compiled.Where(static c => c.Outside > 0))
                    document.Problems.Add(
                        new(0, "VEVENT", one.Uid, "DTSTART", $"has {one.Outside} occurrences outside of the years 1 to 9999; they are not shown"));
            }
            batch.Clear();
        }
    }

    /// <returns>How many were new or changed; null when the window has moved and nothing was written.</returns>
    private Task<int?> WriteAsync(
        string calendarId, List<CompiledSeries> compiled, OccurrenceWindow target, bool onlyNewer, CancellationToken cancellationToken) =>
        database.WriteAsync(
            (Id: calendarId, Series: compiled, NewIds: compiled.Select(_ => household.NewId()).ToList(), Target: target, OnlyNewer: onlyNewer),
            static (session, state) =>
            {
                if (WindowKeeper.Read(session) != state.Target)
                    return (int?)null;
                // The calendar may have been removed while its feed was read.
                HouseholdStore.RequireCalendar(session, state.Id);
                var written = 0;
                for (var i = 0; i < state.Series.Count; i++)
                {
                    if (state.OnlyNewer && !IsNewer(session, state.Id, state.Series[i]))
                        continue;
                    EventRows.Put(session, state.Id, state.Series[i], state.NewIds[i]);
                    written++;
                }
                session.Touch(Topics.Calendars, state.Id);
                return written;
            },
            cancellationToken);

    private static bool IsNewer(SqliteSession session, string calendarId, CompiledSeries series)
    {
        var row = session.Prepare("SELECT sequence, stamp FROM event WHERE calendar_id = ?1 AND uid = ?2");
        row.Bind(1, calendarId).Bind(2, series.Uid);
        var newer = !row.Step() || (series.Sequence, series.Stamp).CompareTo(((int)row.Int64(0), row.Int64(1))) > 0;
        row.Reset();
        return newer;
    }

    private async Task<long> RemoveMissingAsync(string calendarId, CalendarDocument document, CancellationToken cancellationToken)
    {
        var stored = await StoredHashesAsync(calendarId, cancellationToken).ConfigureAwait(false);
        foreach (var series in document.Series)
            stored.Remove(series.Uid);
        var missing = stored.Keys.ToList();
        foreach (var chunk in missing.Chunk(SeriesPerWrite))
            await database.WriteAsync(
                (Id: calendarId, Uids: chunk),
                static (session, state) =>
                {
                    foreach (var uid in state.Uids)
                    {
                        var key = session.Prepare("SELECT key FROM event WHERE calendar_id = ?1 AND uid = ?2").Bind(1, state.Id).Bind(2, uid).Scalar();
                        if (key != 0)
                            EventRows.Delete(session, state.Id, key, uid);
                    }
                    session.Touch(Topics.Calendars, state.Id);
                    return true;
                },
                cancellationToken).ConfigureAwait(false);
        return missing.Count;
    }

    private ValueTask<Dictionary<string, byte[]>> StoredHashesAsync(string calendarId, CancellationToken cancellationToken) =>
        database.ReadAsync(
            calendarId,
            static (session, id) =>
            {
                var hashes = new Dictionary<string, byte[]>(StringComparer.Ordinal);
                var rows = session.Prepare("SELECT uid, source_hash FROM event WHERE calendar_id = ?1");
                rows.Bind(1, id);
                while (rows.Step())
                    hashes.Add(rows.Text(0)!, rows.Blob(1).ToArray());
                return hashes;
            },
            cancellationToken);
}
