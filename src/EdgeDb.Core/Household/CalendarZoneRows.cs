using EdgeDb.Core.Calendars;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Household;

/// <summary>The VTIMEZONEs a calendar needs because no zone database knows their names.</summary>
internal static class CalendarZoneRows
{
    private static readonly CalendarProblems Ignored = new(0);

    /// <param name="session">Session.</param>
    /// <param name="calendarId">Whose zones.</param>
    /// <param name="otherId">A calendar whose zones are taken where the first has none of that name; null for none.</param>
    internal static CalendarZones Read(SqliteSession session, string calendarId, string? otherId = null)
    {
        var definitions = new List<CalendarTimeZoneDefinition>();
        var texts = ReadTexts(session, calendarId);
        if (otherId is not null && otherId != calendarId)
            texts.AddRange(ReadTexts(session, otherId).Where(o => texts.TrueForAll(t => t.Id != o.Id)).ToList());
        foreach (var (_, text) in texts)
        {
            using var stream = new MemoryStream(text, writable: false);
            using var reader = new CalendarReader(stream, Ignored);
            while (reader.Read() is { } component)
                if (CalendarTimeZoneDefinition.From(component, Ignored) is { } definition)
                    definitions.Add(definition);
        }
        return new(definitions);
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

    /// <summary>Replaces what a mirrored calendar has, or adds to what a local one has.</summary>
    internal static void Put(SqliteSession session, string calendarId, IReadOnlyDictionary<string, byte[]> texts, bool replace)
    {
        if (replace)
            session.Prepare("DELETE FROM calendar_zone WHERE calendar_id = ?1").Bind(1, calendarId).Execute();
        foreach (var (id, text) in texts)
            session.Prepare("INSERT OR REPLACE INTO calendar_zone (calendar_id, tzid, ics) VALUES (?1, ?2, ?3)")
                .Bind(1, calendarId).Bind(2, id).BindUtf8(3, text).Execute();
    }
}
