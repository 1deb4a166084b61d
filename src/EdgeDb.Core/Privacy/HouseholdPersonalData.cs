using System.Globalization;
using EdgeDb.Core.Access;
using EdgeDb.Core.Household;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Privacy;

/// <summary>
/// The person as a member, the calendars that concern them with their events, what they deleted, and events of other calendars that name them. Calendars that concern nobody in particular are the
/// household's.
/// </summary>
internal sealed class HouseholdPersonalData(SqliteDatabase database, HouseholdStore household, FeedStore feeds) : IPersonalData
{
    private const int EventsPerRead = 200;
    private const int EventsPerWrite = 100;

    private readonly CalendarExport _export = new(database);

    public async ValueTask DescribeAsync(PersonView view, PersonJson json, CancellationToken ct)
    {
        var (settings, members, calendars) = await database.ReadAsync(
            view,
            static (session, view) => (HouseholdStore.ReadSettings(session), HouseholdStore.ReadMembers(session), Calendars(session, view)),
            ct).ConfigureAwait(false);
        var writer = json.Writer;
        writer.WriteStartObject("household");
        writer.WriteString("name", settings.Name);
        writer.WriteString("zone", settings.Zone);
        writer.WriteString("language", settings.Language);
        writer.WriteString("weekStart", settings.WeekStart);
        writer.WriteEndObject();
        if (members.FirstOrDefault(member => member.Id == view.Person.MemberId) is { } own)
        {
            writer.WriteStartObject("member");
            writer.WriteString("id", own.Id);
            writer.WriteString("name", own.Name);
            writer.WriteString("color", own.Color);
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteNull("member");
        }

        writer.WriteStartArray("calendars");
        for (var i = 0; i < calendars.Count; i++)
        {
            var calendar = calendars[i];
            writer.WriteStartObject();
            writer.WriteString("id", calendar.Id);
            writer.WriteString("name", calendar.Name);
            writer.WriteString("color", calendar.Color);
            writer.WriteString("access", CalendarAccessNames.Of(calendar.Access));
            writer.WriteString("kind", calendar.Origin == CalendarOrigin.Feed ? "feed" : "local");
            writer.WriteNumber("members", calendar.MemberIds.Count);
            writer.WriteString("file", FileOf(i + 1, calendar.Name));
            writer.WriteEndObject();
            await json.PaceAsync(ct).ConfigureAwait(false);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("feeds");
        foreach (var feed in await feeds.ListAsync(view.Sight, ct).ConfigureAwait(false))
        {
            if (!calendars.Exists(calendar => calendar.Id == feed.CalendarId))
                continue;
            writer.WriteStartObject();
            writer.WriteString("id", feed.Id);
            writer.WriteString("calendar", feed.CalendarId);
            // With its secret it would be worth as much as the calendar, to whoever finds the archive.
            writer.WriteString("address", feeds.MaskedAddress(feed));
            json.Instant("readAt", feed.LastSuccessAt);
            writer.WriteEndObject();
            await json.PaceAsync(ct).ConfigureAwait(false);
        }

        writer.WriteEndArray();
    }

    public async ValueTask AddFilesAsync(PersonView view, PersonArchive archive, CancellationToken ct)
    {
        var calendars = await database.ReadAsync(view, Calendars, ct).ConfigureAwait(false);
        for (var i = 0; i < calendars.Count; i++)
        {
            var calendar = calendars[i];
            await archive.AddAsync(
                FileOf(i + 1, calendar.Name),
                async (output, token) => await _export.WriteAsync(calendar.Id, calendar.Name, view.Sight, output, token).ConfigureAwait(false),
                ct).ConfigureAwait(false);
        }

        await archive.AddCalendarAsync("deleted-events.ics", (after, token) => DeletedAsync(view, after, token), ct).ConfigureAwait(false);
        await archive.AddCalendarAsync("replaced-events.ics", (after, token) => ReplacedAsync(view, after, token), ct).ConfigureAwait(false);
        await archive.AddCalendarAsync("events-that-name-me.ics", (after, token) => NamedAsync(view, calendars, after, token), ct).ConfigureAwait(false);
    }

    public void Preview(SqliteSession session, Person person, ErasurePreview preview)
    {
        var lines = new PersonLines(person.Names, [], person.MemberId);
        var (named, shared, events) = (0, 0L, 0L);
        var rows = session.Prepare("SELECT ics FROM event_source UNION ALL SELECT ics FROM event_trash UNION ALL SELECT ics FROM task");
        while (rows.Step())
            named += lines.AreIn(rows.Utf8(0)) ? 1 : 0;
        foreach (var calendar in HouseholdStore.ReadCalendars(session))
        {
            if (calendar.MemberIds.Count < 2 || person.MemberId is not { } member || !calendar.MemberIds.Contains(member))
                continue;
            shared++;
            events += calendar.EventCount;
        }

        preview.Goes("lines", named, "Lines of events and tasks that name them as who invites or takes part, also in calendars of others. Give their mail addresses to find lines without a name.");
        preview.Stays("sharedCalendars", shared, "Calendars that concern others too; they no longer concern this person.");
        preview.Stays("sharedEvents", events, "Events of these calendars: they are the others' as well. What somebody wrote into a title or a note is not searched for names.");
        preview.Stays(
            "feeds", session.Prepare("SELECT count(*) FROM feed f WHERE NOT EXISTS (SELECT 1 FROM calendar_member m WHERE m.calendar_id = f.calendar_id AND m.member_id = ?1)").Bind(1, person.Id).Scalar(),
            "Feeds of others mirror calendars that are kept elsewhere. Lines that name the person go here, and come again when who keeps the calendar changes such an event.");
    }

    /// <summary>Their own calendars are gone for everybody at once; the events follow.</summary>
    public void BeginErasure(SqliteSession session, Person person)
    {
        if (person.MemberId is not { } member)
            return;
        foreach (var calendar in HouseholdStore.ReadCalendars(session))
            if (calendar.MemberIds.Count == 1 && calendar.MemberIds[0] == member)
                CalendarRemoval.Mark(session, calendar.Id, keepInTrash: false);
    }

    public async ValueTask EraseAsync(Erasure erasure, CancellationToken ct)
    {
        await household.FinishRemovalsAsync(ct).ConfigureAwait(false);
        if (erasure.MemberId is { } member)
            await database.WriteAsync(member, ReleaseFromEvents, ct).ConfigureAwait(false);
        if (erasure.Names.Count == 0)
            return;
        var lines = new PersonLines(erasure.Names, erasure.Addresses, erasure.MemberId);
        long after = 0;
        while (await database.WriteAsync((erasure, lines, after), EraseLines, ct).ConfigureAwait(false) is { } last)
            after = last;
        await database.WriteAsync((erasure, lines), EraseLinesOfBefore, ct).ConfigureAwait(false);
    }

    private static bool ReleaseFromEvents(SqliteSession session, string member)
    {
        EventMemberRows.Release(session, member);
        session.Touch(Topics.Occurrences);
        return true;
    }

    // The hash of the source stays: a feed that says the same as before is not read anew, and the lines do not come back by it.
    private static long? EraseLines(SqliteSession session, (Erasure Erasure, PersonLines Lines, long After) step)
    {
        var (last, found) = (step.After, new List<(long Key, byte[] Text)>());
        var rows = session.Prepare("SELECT event_key, ics FROM event_source WHERE event_key > ?1 ORDER BY event_key LIMIT ?2").Bind(1, step.After).Bind(2, (long)EventsPerWrite);
        while (rows.Step())
        {
            last = rows.Int64(0);
            if (step.Lines.Without(rows.Utf8(1)) is { } text)
                found.Add((last, text));
        }

        rows.Reset();
        foreach (var (key, text) in found)
        {
            session.Prepare("UPDATE event_source SET ics = ?2 WHERE event_key = ?1").Bind(1, key).BindUtf8(2, text).Execute();
            session.Prepare("UPDATE event SET version = version + 1 WHERE key = ?1").Bind(1, key).Execute();
        }

        if (found.Count > 0)
        {
            step.Erasure.ReplaceBackups(session);
            session.Touch(Topics.Occurrences);
        }

        return last == step.After ? null : last;
    }

    // Deleted events, what edits of the last days have replaced, and tasks, of which there are few.
    private static bool EraseLinesOfBefore(SqliteSession session, (Erasure Erasure, PersonLines Lines) step)
    {
        foreach (var (table, key) in new[] { ("event_trash", "id"), ("event_edit", "key"), ("task", "key") })
        {
            var found = new List<(string Key, byte[] Text)>();
            var rows = session.Prepare($"SELECT {key}, ics FROM {table} WHERE ics IS NOT NULL");
            while (rows.Step())
                if (step.Lines.Without(rows.Utf8(1)) is { } text)
                    found.Add((rows.Text(0)!, text));
            rows.Reset();
            foreach (var (row, text) in found)
                session.Prepare($"UPDATE {table} SET ics = ?2 WHERE {key} = ?1").Bind(1, row).BindUtf8(2, text).Execute();
            if (found.Count > 0)
                step.Erasure.ReplaceBackups(session);
        }

        return true;
    }

    /// <summary>The calendars that concern the person and that whoever gets the export sees.</summary>
    private static List<HouseholdCalendar> Calendars(SqliteSession session, PersonView view) => view.Person.MemberId is not { } member
        ? []
        : [.. HouseholdStore.ReadCalendars(session).Where(calendar => calendar.MemberIds.Contains(member) && view.Sight.Sees(calendar.Access, calendar.MemberIds))];

    private ValueTask<PersonArchive.Page> DeletedAsync(PersonView view, string after, CancellationToken ct) => database.ReadAsync(
        (view, after),
        static (session, asked) =>
        {
            var (texts, last, read) = (new List<byte[]>(), asked.after, 0);
            var names = HouseholdStore.ReadMembers(session).ToDictionary(static m => m.Id, static m => m.Name);
            var rows = session.Prepare("SELECT id, ics, access, members, private FROM event_trash WHERE id > ?1 ORDER BY id LIMIT ?2").Bind(1, asked.after).Bind(2, (long)EventsPerRead);
            for (; rows.Step(); read++)
            {
                last = rows.Text(0)!;
                var members = rows.Text(3)!.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (asked.view.Person.MemberId is { } member && (members.Contains(member) || EventMemberLines.Names(rows.Utf8(1), member))
                    && asked.view.Sight.Of(CalendarAccessNames.Parse(rows.Text(2)!), members, rows.Int64(4) != 0) == Visibility.Whole)
                    texts.Add(EventMemberLines.Published(rows.Utf8(1).ToArray(), names));
            }

            return new PersonArchive.Page(texts, read < EventsPerRead ? null : last);
        },
        ct);

    // What undoing an edit brings back. Its calendar is there, or it would be gone.
    private ValueTask<PersonArchive.Page> ReplacedAsync(PersonView view, string after, CancellationToken ct) => database.ReadAsync(
        (view, after: after.Length == 0 ? 0 : long.Parse(after, CultureInfo.InvariantCulture)),
        static (session, asked) =>
        {
            var rights = new CalendarRights(session, asked.view.Sight);
            var (texts, last, read) = (new List<byte[]>(), asked.after, 0);
            var names = HouseholdStore.ReadMembers(session).ToDictionary(static m => m.Id, static m => m.Name);
            var rows = session.Prepare("SELECT key, calendar_id, ics FROM event_edit WHERE key > ?1 AND ics IS NOT NULL AND undone = 0 ORDER BY key LIMIT ?2")
                .Bind(1, asked.after).Bind(2, (long)EventsPerRead);
            for (; rows.Step(); read++)
            {
                last = rows.Int64(0);
                var calendar = rows.Text(1)!;
                if (asked.view.Person.MemberId is { } member && (rights.MembersOf(calendar).Contains(member) || EventMemberLines.Names(rows.Utf8(2), member))
                    && rights.SeesWhole(calendar, EventSource.Read(rows.Utf8(2).ToArray()).IsPrivate))
                    texts.Add(EventMemberLines.Published(rows.Utf8(2).ToArray(), names));
            }

            return new PersonArchive.Page(texts, read < EventsPerRead ? null : last.ToString(CultureInfo.InvariantCulture));
        },
        ct);

    private ValueTask<PersonArchive.Page> NamedAsync(PersonView view, List<HouseholdCalendar> whole, string after, CancellationToken ct) => database.ReadAsync(
        (view, whole, lines: new PersonLines(view.Person.Names, [], view.Person.MemberId), after: after.Length == 0 ? 0 : long.Parse(after, CultureInfo.InvariantCulture)),
        static (session, asked) =>
        {
            var rights = new CalendarRights(session, asked.view.Sight);
            var (texts, last, read) = (new List<byte[]>(), asked.after, 0);
            var names = HouseholdStore.ReadMembers(session).ToDictionary(static m => m.Id, static m => m.Name);
            var rows = session.Prepare(
                    "SELECT e.key, e.calendar_id, s.ics FROM event e JOIN event_source s ON s.event_key = e.key JOIN calendar c ON c.id = e.calendar_id WHERE e.key > ?1 AND c.removal = 0 ORDER BY e.key LIMIT ?2")
                .Bind(1, asked.after).Bind(2, (long)EventsPerRead);
            for (; rows.Step(); read++)
            {
                last = rows.Int64(0);
                var calendar = rows.Text(1)!;
                if (asked.whole.Exists(known => known.Id == calendar) || !rights.SeesWhole(calendar, last))
                    continue;
                var text = EventMemberRows.TextOf(session, last, rows.Utf8(2).ToArray());
                if (asked.lines.AreIn(text))
                    texts.Add(EventMemberLines.Published(text, names));
            }

            return new PersonArchive.Page(texts, read < EventsPerRead ? null : last.ToString(CultureInfo.InvariantCulture));
        },
        ct);

    /// <summary>Sorted as in the list, and called so that a person finds it; the number tells equal names apart.</summary>
    private static string FileOf(int number, string name)
    {
        var plain = string.Concat(name.Select(static c => char.IsLetterOrDigit(c) ? c : '-')).Trim('-');
        return string.Create(CultureInfo.InvariantCulture, $"calendars/{number:00}{(plain.Length == 0 ? "" : "-")}{plain}.ics");
    }
}
