using System.Globalization;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Audit;

/// <summary>Adds to the chain, within the transaction of whoever calls: what was done and that it was done are kept both, or neither.</summary>
internal static class AuditChain
{
    /// <summary>Entries that are kept whatever their age: a clock that is years ahead must not empty the log.</summary>
    public const int LeastKept = 10_000;

    private const int DroppedAtOnce = 500;

    /// <summary>Adds an entry. Returns the new head.</summary>
    public static AuditHead Append(SqliteSession session, AuditRecord record)
    {
        // Read anew for each: what an operation before in the same group had added may have been undone.
        var newest = session.Prepare("SELECT sequence, hash, boot FROM audit_entry ORDER BY sequence DESC LIMIT 1");
        var (head, boot) = newest.Step() ? (new AuditHead(newest.Int64(0), newest.Blob(1).ToArray()), newest.Int64(2)) : (AuditHead.None, 0);
        newest.Reset();
        var row = new AuditRow(
            head.Sequence + 1, record.At, record.Kind == AuditKind.ServiceStart ? boot + 1 : boot, AuditKinds.Name(record.Kind), record.Actor,
            Bit(record.Who) | Bit(record.What), record.Who?.Commitment(), record.What.Commitment());
        var hash = row.Hash(head.Hash);
        var insert = session.Prepare("INSERT INTO audit_entry (sequence, at, boot, kind, actor, personal, who, what, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
            .Bind(1, row.Sequence).Bind(2, row.At).Bind(3, row.Boot).Bind(4, row.Kind).Bind(5, row.Actor).Bind(6, row.Personal).BindBlob(8, row.What).BindBlob(9, hash);
        if (row.Who is not null)
            insert.BindBlob(7, row.Who);
        insert.Execute();
        if (record.Who is { } who)
            Insert(session, row.Sequence, who);
        Insert(session, row.Sequence, record.What);
        return new(row.Sequence, hash);
    }

    /// <summary>The newest entry.</summary>
    public static AuditHead Head(SqliteSession session)
    {
        var newest = session.Prepare("SELECT sequence, hash FROM audit_entry ORDER BY sequence DESC LIMIT 1");
        return newest.Step() ? new(newest.Int64(0), newest.Blob(1).ToArray()) : AuditHead.None;
    }

    /// <summary>
    /// Removes every detail that a subject's key seals, and adds an entry that says how many. Destroying the key is the caller's, and reaches the copies. Returns how many.
    /// </summary>
    public static int Erase(SqliteSession session, SubjectKeys subjects, string subject, AuditActor actor, long at)
    {
        var removed = session.Prepare("DELETE FROM audit_detail WHERE owner = ?1").Bind(1, subject).Execute();
        Append(session, AuditRecord.Seal(subjects, at, AuditKind.Erasure, actor, null, string.Create(CultureInfo.InvariantCulture, $"{removed} details of this log")));
        return removed;
    }

    /// <summary>How many details an entry of kind erasure says to have removed.</summary>
    public static int Erased(string what) =>
        int.TryParse(what.AsSpan(0, Math.Max(0, what.IndexOf(' ', StringComparison.Ordinal))), NumberStyles.None, CultureInfo.InvariantCulture, out var removed) ? removed : 0;

    /// <summary>
    /// Drops some of the entries before the first of <paramref name="cutoff"/> or later; an entry says where the chain begins now. True while there may be more. The caller has checked the
    /// chain: what is dropped cannot be checked any more.
    /// </summary>
    public static bool DropOld(SqliteSession session, long cutoff, int leastKept, int mostKept, long at)
    {
        var head = Head(session);
        var oldest = session.Prepare("SELECT coalesce(min(sequence), 0), coalesce((SELECT min(sequence) FROM audit_entry WHERE at >= ?1), ?2) FROM audit_entry")
            .Bind(1, cutoff).Bind(2, head.Sequence);
        oldest.Step();
        var first = oldest.Int64(0);
        // By age, but so that the least is kept; whatever their age, so that no more than the most is.
        var wanted = Math.Max(Math.Min(oldest.Int64(1), head.Sequence - leastKept + 1), head.Sequence - mostKept + 1);
        oldest.Reset();
        var begin = Math.Min(wanted, first + DroppedAtOnce);
        if (first == 0 || begin <= first)
            return false;

        var before = session.Prepare("SELECT hash FROM audit_entry WHERE sequence = ?1").Bind(1, begin - 1);
        if (!before.Step())
            return false;
        var start = new AuditHead(begin, before.Blob(0).ToArray());
        before.Reset();
        session.Prepare("INSERT INTO audit_start (id, sequence, previous) VALUES (1, ?1, ?2) ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, previous = excluded.previous")
            .Bind(1, start.Sequence).BindBlob(2, start.Hash).Execute();
        session.Prepare("DELETE FROM audit_detail WHERE sequence < ?1").Bind(1, begin).Execute();
        session.Prepare("DELETE FROM audit_entry WHERE sequence < ?1").Bind(1, begin).Execute();
        Append(session, AuditRecord.OfNobody(at, AuditKind.Checkpoint, AuditActor.Service, start.ToString()));
        return begin < wanted;
    }

    private static long Bit(AuditDetail? detail) => detail?.Owner is null ? 0 : (long)detail.Part;

    private static void Insert(SqliteSession session, long sequence, AuditDetail detail) =>
        session.Prepare("INSERT INTO audit_detail (sequence, part, owner, value) VALUES (?1, ?2, ?3, ?4)")
            .Bind(1, sequence).Bind(2, (long)detail.Part).Bind(3, detail.Owner).BindBlob(4, detail.Value).Execute();
}
