using EdgeDb.Core.Calendars;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Household;

/// <summary>The VTIMEZONEs a calendar needs because no zone database knows their names.</summary>
internal static class CalendarZoneRows
{
    private static readonly CalendarProblems Ignored = new(0);

    internal static CalendarZones Read(SqliteSession session, string calendarId)
    {
        var definitions = new List<CalendarTimeZoneDefinition>();
        foreach (var (_, text) in ReadTexts(session, calendarId))
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
