using EdgeDb.Core.Access;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Household;

/// <summary>The noticeboard: short messages that everybody of the house sees until they expire.</summary>
internal sealed class NoticeStore(SqliteDatabase database, HouseholdStore household, TimeProvider time)
{
    private const int MaxNotices = 100;
    private const int MaxTextLength = 1_000;
    private const long SecondsPerDay = 86_400;
    private const long DefaultSeconds = 7 * SecondsPerDay;
    private const long MaxSeconds = 366 * SecondsPerDay;

    private const string Columns = "id, text, color, member_id, created_at, expires_at, version FROM notice";

    /// <summary>Those that have not expired, oldest first.</summary>
    public ValueTask<IReadOnlyList<Notice>> ListAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(
            Now(),
            static (session, now) =>
            {
                var notices = new List<Notice>();
                var rows = session.Prepare($"SELECT {Columns} WHERE deleted_at IS NULL AND expires_at > ?1 ORDER BY id");
                rows.Bind(1, now);
                while (rows.Step())
                    notices.Add(Row(rows));
                return (IReadOnlyList<Notice>)notices;
            },
            cancellationToken);

    /// <param name="text">The message.</param>
    /// <param name="color">Null for none.</param>
    /// <param name="expiresAt">Unix seconds; null for a week from now.</param>
    /// <param name="actor">Who writes it.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<Notice> AddAsync(string? text, string? color, long? expiresAt, Actor actor, CancellationToken cancellationToken)
    {
        var now = Now();
        var author = actor.Sight.MemberId is { Length: > 0 } member ? member : null;
        return database.WriteAsync(
            (Notice: Check(new(household.NewId(), text ?? "", color, author, now, expiresAt ?? now + DefaultSeconds, 1), now), Now: now),
            static (session, added) =>
            {
                RequireRoom(session, added.Now);
                session.Prepare("INSERT INTO notice (id, text, color, member_id, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
                    .Bind(1, added.Notice.Id).Bind(2, added.Notice.Text).Bind(3, added.Notice.Color).Bind(4, added.Notice.MemberId)
                    .Bind(5, added.Notice.CreatedAt).Bind(6, added.Notice.ExpiresAt).Execute();
                session.Touch(Topics.Notices);
                return added.Notice;
            },
            cancellationToken);
    }

    /// <summary>Replaces what a notice says; who wrote it stays.</summary>
    public Task<Notice> ChangeAsync(
        string id, string? text, string? color, long? expiresAt, long? expectedVersion, Actor actor, CancellationToken cancellationToken)
    {
        var now = Now();
        var change = Check(new(id, text ?? "", color, null, 0, expiresAt ?? now + DefaultSeconds, 0), now);
        return database.WriteAsync(
            (Change: change, Expected: expectedVersion, Actor: actor, Now: now),
            static (session, state) =>
            {
                var before = RequireOwn(session, state.Change.Id, isDeleted: false, state.Actor, state.Now);
                HouseholdException.CheckVersion(before.Version, state.Expected);
                session.Prepare("UPDATE notice SET text = ?2, color = ?3, expires_at = ?4, version = version + 1 WHERE id = ?1")
                    .Bind(1, before.Id).Bind(2, state.Change.Text).Bind(3, state.Change.Color).Bind(4, state.Change.ExpiresAt).Execute();
                session.Touch(Topics.Notices);
                return before with { Text = state.Change.Text, Color = state.Change.Color, ExpiresAt = state.Change.ExpiresAt, Version = before.Version + 1 };
            },
            cancellationToken);
    }

    /// <summary>Takes a notice down; it can be restored for 30 days, also one that expires meanwhile.</summary>
    public Task DeleteAsync(string id, long? expectedVersion, Actor actor, CancellationToken cancellationToken) =>
        database.WriteAsync(
            (Id: id, Expected: expectedVersion, Actor: actor, Now: Now()),
            static (session, state) =>
            {
                var before = RequireOwn(session, state.Id, isDeleted: false, state.Actor, state.Now);
                HouseholdException.CheckVersion(before.Version, state.Expected);
                session.Prepare("UPDATE notice SET deleted_at = ?2, version = version + 1 WHERE id = ?1").Bind(1, state.Id).Bind(2, state.Now).Execute();
                session.Touch(Topics.Notices);
                return true;
            },
            cancellationToken);

    /// <summary>Puts a notice up again that was taken down.</summary>
    public Task<Notice> RestoreAsync(string id, Actor actor, CancellationToken cancellationToken) =>
        database.WriteAsync(
            (Id: id, Actor: actor, Now: Now()),
            static (session, state) =>
            {
                var before = RequireOwn(session, state.Id, isDeleted: true, state.Actor, state.Now);
                RequireRoom(session, state.Now);
                session.Prepare("UPDATE notice SET deleted_at = ?2, version = version + 1 WHERE id = ?1").Bind(1, state.Id).BindNull(2).Execute();
                session.Touch(Topics.Notices);
                return before with { Version = before.Version + 1 };
            },
            cancellationToken);

    /// <summary>Forgets what expired or was taken down longer ago than <see cref="EventStore.TrashDays"/>.</summary>
    public Task EmptyTrashAsync(CancellationToken cancellationToken) =>
        database.WriteAsync(
            Now() - (EventStore.TrashDays * SecondsPerDay),
            static (session, before) => session.Prepare("DELETE FROM notice WHERE expires_at < ?1 OR deleted_at < ?1").Bind(1, before).Execute(),
            cancellationToken);

    private static Notice Check(Notice notice, long now)
    {
        var text = FieldRules.Text(notice.Text, "text", MaxTextLength)!.Trim();
        if (text.Length == 0)
            throw HouseholdException.Bad("text", $"'text' must have 1 to {MaxTextLength} characters.");
        if (notice.ExpiresAt <= now || notice.ExpiresAt > now + MaxSeconds)
            throw HouseholdException.Bad("expiresAt", "'expiresAt' must be later than now, by at most 366 days.");
        return notice with { Text = text, Color = notice.Color is null ? null : FieldRules.Color(notice.Color, "color") };
    }

    private static void RequireRoom(SqliteSession session, long now)
    {
        if (session.Prepare("SELECT count(*) FROM notice WHERE deleted_at IS NULL AND expires_at > ?1").Bind(1, now).Scalar() >= MaxNotices)
            throw new HouseholdException(HouseholdError.LimitReached, $"The board holds at most {MaxNotices} notices; take one down.");
    }

    private static Notice RequireOwn(SqliteSession session, string id, bool isDeleted, Actor actor, long now)
    {
        var row = session.Prepare($"SELECT {Columns} WHERE id = ?1 AND (deleted_at IS NOT NULL) = ?2 AND (deleted_at IS NOT NULL OR expires_at > ?3)");
        row.Bind(1, id).Bind(2, isDeleted ? 1L : 0L).Bind(3, now);
        var notice = row.Step() ? Row(row) : throw HouseholdException.Missing(isDeleted ? "deleted notice" : "notice", id);
        row.Reset();
        if (!actor.OwnOnly || (notice.MemberId is not null && notice.MemberId == actor.Sight.MemberId))
            return notice;
        // A notice that was taken down is to be seen by nobody else any more.
        throw isDeleted ? HouseholdException.Missing("deleted notice", id) : new HouseholdException(HouseholdError.Forbidden, "Somebody else has written this.");
    }

    private static Notice Row(SqliteStatement row) =>
        new(row.Text(0)!, row.Text(1)!, row.Text(2), row.Text(3), row.Int64(4), row.Int64(5), row.Int64(6));

    private long Now() => time.GetUtcNow().ToUnixTimeSeconds();
}
