using System.Buffers;
using System.IO.Pipelines;
using EdgeDb.Core.Access;
using EdgeDb.Core.Calendars;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Household;

/// <summary>Writes a calendar as iCalendar: every event's or task's own text, with the VTIMEZONEs that other programs need to place it.</summary>
internal sealed class CalendarExport(ISqliteReads database)
{
    private const int EventsPerRead = 200;

    // Programs read a VTIMEZONE from its first observance on; older rules than this concern nobody's calendar.
    private const int FirstZoneYear = 1990;

    /// <summary>The calendar's name; throws <see cref="HouseholdException"/> when there is none that the viewer sees.</summary>
    public ValueTask<string> RequireNameAsync(string calendarId, Sight sight, CancellationToken cancellationToken) =>
        database.ReadAsync(
            (Id: calendarId, Sight: sight),
            static (session, asked) =>
            {
                CalendarRights.RequireActs(session, new(asked.Sight, OwnOnly: false), asked.Id);
                return HouseholdStore.RequireCalendar(session, asked.Id).Name;
            },
            cancellationToken);

    /// <summary>Writes one VCALENDAR with what the viewer sees of it, a bounded number of events at a time.</summary>
    public async Task WriteAsync(string calendarId, string name, Sight sight, PipeWriter output, CancellationToken cancellationToken)
    {
        var writer = new CalendarWriter(output);
        writer.Begin("VCALENDAR");
        writer.WriteSimple("VERSION", "2.0");
        writer.WriteSimple("PRODID", "-//EdgeDb//EdgeDb//EN");
        writer.WriteSimple("CALSCALE", "GREGORIAN");
        writer.WriteSimple("NAME", CalendarText.Escape(name));
        writer.WriteSimple("X-WR-CALNAME", CalendarText.Escape(name));
        foreach (var zone in await ZonesAsync(calendarId, cancellationToken).ConfigureAwait(false))
            output.Write(zone);

        for (long after = 0; after >= 0;)
        {
            var (last, texts) = await database.ReadAsync(
                (Id: calendarId, After: after, Sight: sight),
                static (session, state) =>
                {
                    var rights = new CalendarRights(session, state.Sight);
                    var names = HouseholdStore.ReadMembers(session).ToDictionary(static m => m.Id, static m => m.Name);
                    var texts = new List<byte[]>();
                    var last = -1L;
                    var rows = session.Prepare(
                        """
                        SELECT e.key, s.ics FROM event e JOIN event_source s ON s.event_key = e.key
                        WHERE e.calendar_id = ?1 AND e.key > ?2 ORDER BY e.key LIMIT ?3
                        """);
                    rows.Bind(1, state.Id).Bind(2, state.After).Bind(3, (long)EventsPerRead);
                    while (rows.Step())
                    {
                        last = rows.Int64(0);
                        if (rights.SeesWhole(state.Id, last))
                            texts.Add(EventMemberLines.Published(EventMemberRows.TextOf(session, last, rows.Utf8(1).ToArray()), names));
                    }
                    return (last, texts);
                },
                cancellationToken).ConfigureAwait(false);
            after = last;
            foreach (var text in texts)
                output.Write(text);
            await output.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        foreach (var task in await database.ReadAsync((Id: calendarId, Sight: sight), static (session, asked) => TaskText.Published(session, asked.Id, asked.Sight), cancellationToken).ConfigureAwait(false))
            task.WriteTo(writer);
        writer.End("VCALENDAR");
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A VTIMEZONE for every TZID that the events use, under the very name they use it by.</summary>
    private ValueTask<List<byte[]>> ZonesAsync(string calendarId, CancellationToken cancellationToken) =>
        database.ReadAsync(
            calendarId,
            static (session, id) =>
            {
                var own = CalendarZoneRows.ReadTexts(session, id);
                var zones = own.ConvertAll(static z => z.Text);
                foreach (var name in UsedNames(session, id))
                    if (own.TrueForAll(z => z.Id != name) && ZoneNames.Find(name) is { } zone)
                        zones.Add(CalendarWriter.ToUtf8(TimeZoneComponent.Create(zone, name, FirstZoneYear)));
                return zones;
            },
            cancellationToken);

    private static SortedSet<string> UsedNames(SqliteSession session, string calendarId)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        var rows = session.Prepare(
            """
            SELECT s.ics FROM event e JOIN event_source s ON s.event_key = e.key WHERE e.calendar_id = ?1
            UNION ALL SELECT ics FROM task WHERE calendar_id = ?1 AND deleted_at IS NULL
            """);
        rows.Bind(1, calendarId);
        while (rows.Step())
            foreach (var component in CalendarReader.ReadAll(rows.Utf8(0)))
                foreach (var property in component.Properties)
                    if (property.Parameters.Count > 0 && property.Parameter("TZID") is { Length: > 0 } name)
                        names.Add(name);
        return names;
    }
}
