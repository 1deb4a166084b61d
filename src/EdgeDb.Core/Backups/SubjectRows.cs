using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Backups;

/// <summary>
/// Rows of a table that belong to one person alone. In a backup they are sealed with that person's key, so destroying the key takes them out of every backup.
/// </summary>
/// <param name="Table">The table.</param>
/// <param name="Subject">
/// SQL expression over the row <c>t</c>: the person as <see cref="Security.SubjectKeys"/> names them, or NULL for a row that is the household's.
/// </param>
/// <param name="Since">Schema version from which on that holds: a file is backed up before it is migrated, too. Of several entries of a table the last that holds counts.</param>
internal sealed record SubjectRows(string Table, string Subject, int Since = 0)
{
    // The one member of a calendar; NULL when it has none or several.
    private const string Owner = "(SELECT min(m.member_id) FROM calendar_member m WHERE m.calendar_id = {0} HAVING count(*) = 1)";

    // An account is its member's; one without is a person of its own.
    private const string OfAccount = "(SELECT coalesce(a.member_id, a.id) FROM account a WHERE a.id = t.account_id)";

    /// <summary>All of them: who adds a table with rows of persons adds it here. Every row that refers to one of these must be the same person's or let go (ON DELETE SET NULL), or a restore would leave it behind.</summary>
    public static IReadOnlyList<SubjectRows> All { get; } =
    [
        new("member", "t.id"),
        new("calendar_member", "t.member_id"),
        OfCalendar("calendar", "t.id"),
        OfCalendar("calendar_zone", "t.calendar_id"),
        OfCalendar("feed", "t.calendar_id"),
        OfCalendar("feed_problem", "(SELECT f.calendar_id FROM feed f WHERE f.id = t.feed_id)"),
        OfCalendar("event", "t.calendar_id"),
        OfCalendar("event_source", "(SELECT e.calendar_id FROM event e WHERE e.key = t.event_key)"),
        OfCalendar("event_part", "t.calendar_id"),
        new("event_member", "t.member_id"),
        OfCalendar("event_trash", "t.calendar_id"),
        // It remembers who saw it, since its calendar may be gone.
        new("event_trash", "CASE WHEN t.members = '' THEN " + Owner.Replace("{0}", "t.calendar_id", StringComparison.Ordinal) + " WHEN instr(t.members, ' ') = 0 THEN t.members END", Since: 5),
        OfCalendar("event_edit", "t.calendar_id"),
        OfCalendar("occurrence", "(SELECT e.calendar_id FROM event e WHERE e.key = t.event_key)"),
        // Of a list that is gone it remembers who saw it.
        new("task", "CASE WHEN t.members IS NULL THEN " + Owner.Replace("{0}", "t.calendar_id", StringComparison.Ordinal) + " WHEN t.members <> '' AND instr(t.members, ' ') = 0 THEN t.members END"),
        new("task_done", "(SELECT CASE WHEN k.members IS NULL THEN " + Owner.Replace("{0}", "k.calendar_id", StringComparison.Ordinal) + " WHEN k.members <> '' AND instr(k.members, ' ') = 0 THEN k.members END FROM task k WHERE k.key = t.task_key)"),
        new("notice", "t.member_id"),
        new("account", "coalesce(t.member_id, t.id)"),
        new("recovery_code", OfAccount),
        new("session", OfAccount),
        new("api_token", OfAccount),
    ];

    /// <summary>Those that hold in a file of this schema version: of several entries of a table the last.</summary>
    public static IReadOnlyList<SubjectRows> At(int version) =>
        [.. All.Where(rows => rows.Since <= version && All.Last(other => other.Table == rows.Table && other.Since <= version) == rows)];

    /// <summary>How many rows of the table belong to these subjects, a JSON array of names.</summary>
    public long Count(SqliteSession session, string subjects)
    {
        var row = session.Prepare($"SELECT count(*) FROM \"{Table}\" t WHERE {Subject} IN (SELECT value FROM json_each(?1))").Bind(1, subjects);
        row.Step();
        var count = row.Int64(0);
        row.Reset();
        return count;
    }

    /// <summary>Removes them. Whose a row is may be said by others, so tables go in the reverse of their order here.</summary>
    public int Delete(SqliteSession session, string subjects) =>
        session.Prepare($"DELETE FROM \"{Table}\" AS t WHERE {Subject} IN (SELECT value FROM json_each(?1))").Bind(1, subjects).Execute();

    private static SubjectRows OfCalendar(string table, string calendar) => new(table, Owner.Replace("{0}", calendar, StringComparison.Ordinal));
}
