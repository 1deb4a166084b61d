using EdgeDb.Core.Calendars;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Household;

/// <summary>The VTIMEZONEs a calendar needs because no zone database knows their names.</summary>
internal static class CalendarZoneRows
{
    /// <param name="session">Session.</param>
    /// <param name="calendarId">Whose zones.</param>
    /// <param name="otherId">A calendar whose zones are taken where the first has none of that name; null for none.</param>
    internal static CalendarZones Read(SqliteSession session, string calendarId, string? otherId = null) =>
        new(ReadDefinitions(session, calendarId, otherId));

    /// <param name="session">Session.</param>
    /// <param name="calendarId">Whose zones.</param>
    /// <param name="otherId">A calendar whose zones are taken where the first has none of that name; null for none.</param>
    internal static List<CalendarTimeZoneDefinition> ReadDefinitions(SqliteSession session, string calendarId, string? otherId = null)
    {
        var definitions = new List<CalendarTimeZoneDefinition>();
        var texts = ReadTexts(session, calendarId);
        if (otherId is not null && otherId != calendarId)
            texts.AddRange(ReadTexts(session, otherId).Where(o => texts.TrueForAll(t => t.Id != o.Id)).ToList());
        foreach (var (_, text) in texts)
            foreach (var component in CalendarReader.ReadAll(text))
                if (CalendarTimeZoneDefinition.From(component, CalendarProblems.Ignored) is { } definition)
                    definitions.Add(definition);
        return definitions;
    }

    internal static List<(string Id, byte[] Text)> ReadTexts(SqliteSession session, string calendarId)
    {
        var texts = new List<(string, byte[])>();
        var rows = session.Prepare("SELECT tzid, ics FROM calendar_zone WHERE calendar_id = ?1 ORDER BY tzid");
        rows.Bind(1, calendarId);
        while (rows.Step())
            texts.Add((rows.Text(0)!, rows.Utf8(1).ToArray()));
        return texts;
    }

    /// <summary>Gives a calendar the zones of another that it does not have.</summary>
    internal static void Copy(SqliteSession session, string fromId, string toId) =>
        session.Prepare("INSERT OR IGNORE INTO calendar_zone (calendar_id, tzid, ics) SELECT ?2, tzid, ics FROM calendar_zone WHERE calendar_id = ?1")
            .Bind(1, fromId).Bind(2, toId).Execute();

    /// <summary>Adds definitions to a local calendar; a name it has keeps the definition that its events lie by.</summary>
    internal static void Add(SqliteSession session, string calendarId, IReadOnlyDictionary<string, byte[]> texts)
    {
        foreach (var (id, text) in texts)
            session.Prepare("INSERT OR IGNORE INTO calendar_zone (calendar_id, tzid, ics) VALUES (?1, ?2, ?3)")
                .Bind(1, calendarId).Bind(2, id).BindUtf8(3, text).Execute();
    }

    /// <summary>
    /// Begins the application of a body to a mirror: its definitions replace the old ones. Where they differ, events that did not change
    /// themselves lie elsewhere now; and until the body is applied whole, no answer of the server may count as "not changed".
    /// Both are written down here, so that a kill before the events are written does not lose it.
    /// </summary>
    internal static void Mirror(SqliteSession session, string calendarId, IReadOnlyDictionary<string, byte[]> texts)
    {
        session.Prepare("UPDATE feed SET etag = NULL, last_modified = NULL, content_hash = NULL WHERE calendar_id = ?1").Bind(1, calendarId).Execute();
        var before = ReadTexts(session, calendarId);
        if (before.Count == texts.Count && before.TrueForAll(b => texts.TryGetValue(b.Id, out var text) && b.Text.AsSpan().SequenceEqual(text)))
            return;
        session.Prepare("DELETE FROM calendar_zone WHERE calendar_id = ?1").Bind(1, calendarId).Execute();
        Add(session, calendarId, texts);
        session.Prepare("UPDATE event SET source_hash = x'' WHERE calendar_id = ?1").Bind(1, calendarId).Execute();
    }
}
