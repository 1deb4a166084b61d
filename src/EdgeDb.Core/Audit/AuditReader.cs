using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Audit;

/// <summary>Reads entries and opens what they say. Does not check them: that is <see cref="AuditCheck"/>'s.</summary>
internal sealed class AuditReader(ISqliteReads database, SubjectKeys subjects)
{
    private const string Select = "SELECT sequence, at, boot, kind, actor, personal, who, what, hash FROM audit_entry";

    /// <summary>The newest before a sequence, newest first.</summary>
    /// <param name="before">Entries before this one only.</param>
    /// <param name="kind">Of this kind only; null for all.</param>
    /// <param name="actor">By this actor only: a name of <see cref="AuditActor"/> or the id of an account; null for all.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="ct">Cancels.</param>
    public ValueTask<List<AuditEntry>> NewestAsync(long before, string? kind, string? actor, int limit, CancellationToken ct) => database.ReadAsync(
        (reader: this, before, kind, actor, limit),
        static (session, asked) => asked.reader.Read(
            session,
            session.Prepare(
                Select + " WHERE sequence < ?1 AND (?2 IS NULL OR kind = ?2)"
                + " AND (?3 IS NULL OR actor = ?3 OR sequence IN (SELECT sequence FROM audit_detail WHERE owner = ?3 AND part = 1)) ORDER BY sequence DESC LIMIT ?4")
                .Bind(1, asked.before).Bind(2, asked.kind).Bind(3, asked.actor).Bind(4, asked.limit)),
        ct);

    /// <summary>The oldest after a sequence, oldest first.</summary>
    public ValueTask<List<AuditEntry>> AfterAsync(long after, int limit, CancellationToken ct) => database.ReadAsync(
        (reader: this, after, limit),
        static (session, asked) => asked.reader.Read(
            session, session.Prepare(Select + " WHERE sequence > ?1 ORDER BY sequence LIMIT ?2").Bind(1, asked.after).Bind(2, asked.limit)),
        ct);

    /// <summary>
    /// The oldest after a sequence that say something by or about these subjects, oldest first. Only details that are theirs or nobody's are opened: an entry may name somebody else besides.
    /// </summary>
    public ValueTask<List<AuditEntry>> OfSubjectsAsync(IReadOnlyList<string> subjects, long after, int limit, CancellationToken ct) => database.ReadAsync(
        (reader: this, subjects, after, limit),
        static (session, asked) => asked.reader.Read(
            session,
            session.Prepare(
                Select + " WHERE sequence IN (SELECT sequence FROM audit_detail WHERE owner IN (SELECT value FROM json_each(?1)) AND sequence > ?2) ORDER BY sequence LIMIT ?3")
                .Bind(1, JsonList.Of(asked.subjects)).Bind(2, asked.after).Bind(3, asked.limit),
            asked.subjects),
        ct);

    /// <summary>The newest warnings, and what was acknowledged, newest first.</summary>
    public ValueTask<List<AuditEntry>> WarningsAsync(int limit, CancellationToken ct) => database.ReadAsync(
        (reader: this, limit),
        // As in the index, or it would not be used.
        static (session, asked) => asked.reader.Read(
            session, session.Prepare(Select + " WHERE kind IN ('warning', 'acknowledged') ORDER BY sequence DESC LIMIT ?1").Bind(1, asked.limit)),
        ct);

    private List<AuditEntry> Read(SqliteSession session, SqliteStatement rows, IReadOnlyList<string>? only = null)
    {
        var entries = new List<AuditEntry>();
        while (rows.Step())
        {
            var row = AuditRow.Read(rows);
            string? who = null, what = null;
            var details = session.Prepare("SELECT part, owner, value FROM audit_detail WHERE sequence = ?1").Bind(1, row.Sequence);
            while (details.Step())
            {
                var detail = new AuditDetail((AuditPart)details.Int64(0), details.Text(1), details.Blob(2).ToArray());
                if (only is not null && detail.Owner is not null && !only.Contains(detail.Owner))
                    continue;
                if (detail.Part == AuditPart.Who)
                    who = Open(detail);
                else
                    what = Open(detail);
            }

            entries.Add(new(row.Sequence, row.At, row.Boot, row.Kind, row.Actor, who, what, what is null || (row.Who is not null && who is null), rows.Blob(8).ToArray()));
        }

        return entries;
    }

    private string? Open(AuditDetail detail)
    {
        try
        {
            return AuditRecord.Open(subjects, detail);
        }
        catch (SealBrokenException)
        {
            // A list is shown as far as it can be read; the check names the entry.
            return null;
        }
    }
}
