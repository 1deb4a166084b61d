using EdgeDb.Core.Access;
using EdgeDb.Core.Calendars;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Household;

/// <summary>
/// Feeds, their state and what was skipped of them. Addresses are sealed in the file, and opened only for a request and for who looks at them: a list of feeds
/// for the metrics needs no key.
/// </summary>
internal sealed class FeedStore(SqliteDatabase database, HouseholdStore household, KeyRing keys, FeedLimits limits, TimeProvider time)
{
    /// <summary>What is shown of an address whose seal does not open.</summary>
    public const string LostAddress = "…";

    /// <summary>Feeds whose calendar the viewer sees.</summary>
    public ValueTask<IReadOnlyList<Feed>> ListAsync(Sight sight, CancellationToken cancellationToken) =>
        database.ReadAsync(
            sight,
            static (session, sight) =>
            {
                var feeds = Read(session);
                var rights = new CalendarRights(session, sight);
                feeds.RemoveAll(feed => !rights.Sees(feed.CalendarId));
                return (IReadOnlyList<Feed>)feeds;
            },
            cancellationToken);

    /// <summary>Adds a feed and the calendar that mirrors it; it is due at once. An address that is there already is refused.</summary>
    public async Task<Feed> AddAsync(
        FeedAddress address, string? name, string? color, IReadOnlyList<string>? members, string? access, Actor actor, CancellationToken cancellationToken)
    {
        var calendar = household.NewCalendar(name ?? SuggestName(address), color, CalendarOrigin.Feed, members, access, sample: false);
        var id = household.NewId();
        await keys.ReadyAsync(KeyPurpose.Secret, cancellationToken).ConfigureAwait(false);
        var sealedAddress = keys.SealText(KeyPurpose.Secret, PlaceOf(id), address.Value);
        return await database.WriteAsync(
            (Id: id, Calendar: calendar, Address: address.Value, Sealed: sealedAddress, Store: this, Now: Now(), limits.MaxFeeds, Actor: actor),
            static (session, feed) =>
            {
                var existing = Read(session);
                if (existing.Any(f => feed.Store.TryOpen(f)?.Value == feed.Address))
                    throw new HouseholdException(HouseholdError.Conflict, "This address is a feed of the household already.", "address");
                if (existing.Count >= feed.MaxFeeds)
                    throw new HouseholdException(HouseholdError.LimitReached, $"A household has at most {feed.MaxFeeds} feeds.");
                HouseholdStore.InsertCalendar(session, feed.Calendar, feed.Actor);
                session.Prepare("INSERT INTO feed (id, calendar_id, address, next_attempt_at) VALUES (?1, ?2, ?3, ?4)")
                    .Bind(1, feed.Id).Bind(2, feed.Calendar.Id).Bind(3, feed.Sealed).Bind(4, feed.Now).Execute();
                session.Touch(Topics.Feeds);
                return Require(session, feed.Id, feed.Actor.Sight);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Where a feed is read from. Throws <see cref="SealBrokenException"/>.</summary>
    public FeedAddress AddressOf(Feed feed) =>
        FeedAddress.Parse(keys.OpenText(KeyPurpose.Secret, PlaceOf(feed.Id), feed.SealedAddress), "address", allowFile: true);

    /// <summary>The address for people, without its secret.</summary>
    public string MaskedAddress(Feed feed) => TryOpen(feed)?.ToString() ?? LostAddress;

    /// <summary>Seals the addresses that a version before 0004_data_key left as they are.</summary>
    public async Task SealAddressesAsync(CancellationToken cancellationToken)
    {
        var plain = await database.ReadAsync(
            0, static (session, _) => Read(session).Where(static feed => !KeyRing.IsSealedText(feed.SealedAddress)).ToList(), cancellationToken).ConfigureAwait(false);
        if (plain.Count == 0)
            return;

        await keys.ReadyAsync(KeyPurpose.Secret, cancellationToken).ConfigureAwait(false);
        await database.WriteAsync(
            plain.ConvertAll(feed => (feed.Id, Address: keys.SealText(KeyPurpose.Secret, PlaceOf(feed.Id), feed.SealedAddress))),
            static (session, feeds) =>
            {
                foreach (var feed in feeds)
                    session.Prepare("UPDATE feed SET address = ?2 WHERE id = ?1").Bind(1, feed.Id).Bind(2, feed.Address).Execute();
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    public Task<Feed> ChangeAsync(
        string id, string? name, string? color, IReadOnlyList<string>? members, string? access, long? expectedVersion, Actor actor,
        CancellationToken cancellationToken) =>
        database.WriteAsync(
            (Id: id, Name: name, Color: color, Members: members, Access: access, Expected: expectedVersion, Actor: actor),
            static (session, change) =>
            {
                var before = Require(session, change.Id, change.Actor.Sight);
                HouseholdException.CheckVersion(before.Version, change.Expected);
                HouseholdStore.UpdateCalendar(
                    session, HouseholdStore.RequireCalendar(session, before.CalendarId), change.Name, change.Color, change.Members, change.Access,
                    change.Actor);
                session.Prepare("UPDATE feed SET version = version + 1 WHERE id = ?1").Bind(1, change.Id).Execute();
                session.Touch(Topics.Feeds);
                return Require(session, change.Id, change.Actor.Sight);
            },
            cancellationToken);

    /// <summary>
    /// Removes a feed with its mirror; the source is not touched, so adding it again brings everything back. Asked again
    /// after a kill, it goes on.
    /// </summary>
    public async Task DeleteAsync(string id, long? expectedVersion, Actor actor, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            (Id: id, Expected: expectedVersion, Actor: actor),
            static (session, arguments) =>
            {
                if (session.Prepare("SELECT count(*) FROM feed f JOIN calendar c ON c.id = f.calendar_id WHERE f.id = ?1 AND c.removal <> 0").Bind(1, arguments.Id).Scalar() > 0)
                    return true;
                var feed = Require(session, arguments.Id, arguments.Actor.Sight);
                HouseholdException.CheckVersion(feed.Version, arguments.Expected);
                CalendarRemoval.Mark(session, feed.CalendarId, keepInTrash: false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        await household.FinishRemovalsAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Makes a feed due now, whatever its back-off says.</summary>
    public Task<Feed> AskNowAsync(string id, Actor actor, CancellationToken cancellationToken) =>
        database.WriteAsync(
            (Id: id, Now: Now(), Actor: actor),
            static (session, arguments) =>
            {
                Require(session, arguments.Id, arguments.Actor.Sight);
                session.Prepare("UPDATE feed SET next_attempt_at = ?2 WHERE id = ?1").Bind(1, arguments.Id).Bind(2, arguments.Now).Execute();
                session.Touch(Topics.Feeds);
                return Require(session, arguments.Id, arguments.Actor.Sight);
            },
            cancellationToken);

    public ValueTask<(IReadOnlyList<(int Ordinal, CalendarProblem Problem)> Items, long Total)> ProblemsAsync(
        string id, Sight sight, int after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(
            (Id: id, Sight: sight, After: after, Limit: limit),
            static (session, query) =>
            {
                Require(session, query.Id, query.Sight);
                var items = new List<(int, CalendarProblem)>();
                var rows = session.Prepare(
                    """
                    SELECT ordinal, line, component, uid, property, reason FROM feed_problem
                    WHERE feed_id = ?1 AND ordinal > ?2 ORDER BY ordinal LIMIT ?3
                    """);
                rows.Bind(1, query.Id).Bind(2, (long)query.After).Bind(3, (long)query.Limit);
                while (rows.Step())
                    items.Add((rows.Int32(0), new(rows.Int32(1), rows.Text(2)!, rows.Text(3), rows.Text(4)!, rows.Text(5)!)));
                var total = session.Prepare("SELECT count(*) FROM feed_problem WHERE feed_id = ?1").Bind(1, query.Id).Scalar();
                return ((IReadOnlyList<(int, CalendarProblem)>)items, total);
            },
            cancellationToken);

    /// <summary>Writes down a failed attempt; the last good copy stays.</summary>
    internal Task RecordFailureAsync(Feed feed, FeedFailure failure, TimeSpan pause, CancellationToken cancellationToken) =>
        database.WriteAsync(
            (feed.Id, failure.Reason, failure.Detail, Now: Now(), Next: Now() + (long)pause.TotalSeconds),
            static (session, result) =>
            {
                session.Prepare(
                        """
                        UPDATE feed SET failures = failures + 1, last_attempt_at = ?2, next_attempt_at = ?3, error_reason = ?4, error_detail = ?5
                        WHERE id = ?1
                        """)
                    .Bind(1, result.Id).Bind(2, result.Now).Bind(3, result.Next).Bind(4, result.Reason).Bind(5, result.Detail).Execute();
                session.Touch(Topics.Feeds);
                return true;
            },
            cancellationToken);

    /// <summary>Writes down an answer that brought nothing new, but may have named it anew.</summary>
    internal Task RecordUnchangedAsync(Feed feed, FeedResponse response, TimeSpan pause, CancellationToken cancellationToken) =>
        database.WriteAsync(
            (feed.Id, Response: response, Now: Now(), Next: Now() + (long)pause.TotalSeconds),
            static (session, result) =>
            {
                RecordSuccess(session, result.Id, result.Now, result.Next);
                session.Prepare("UPDATE feed SET etag = ?2, last_modified = ?3 WHERE id = ?1 AND (etag IS NOT ?2 OR last_modified IS NOT ?3)")
                    .Bind(1, result.Id).Bind(2, result.Response.ETag).Bind(3, result.Response.LastModified).Execute();
                return true;
            },
            cancellationToken);

    /// <summary>
    /// Writes down that a body was applied. One that broke off leaves its problems only: it is no success, and the next answer counts as
    /// new whatever its validators say.
    /// </summary>
    internal void RecordApplied(
        SqliteSession session,
        string id,
        FeedResponse response,
        long now,
        long next,
        TimeSpan? asked,
        long events,
        CalendarProblems problems,
        bool isWhole,
        string? suggestedName)
    {
        // It may have been removed while its last events were written.
        Require(session, id, Sight.Everything);
        if (isWhole)
        {
            RecordSuccess(session, id, now, next);
            session.Prepare("UPDATE feed SET etag = ?2, last_modified = ?3, content_hash = ?4, event_count = ?5, asked_interval = ?6 WHERE id = ?1")
                .Bind(1, id).Bind(2, response.ETag).Bind(3, response.LastModified).BindBlob(4, response.Hash).Bind(5, events)
                .Bind(6, (long?)asked?.TotalSeconds).Execute();
        }
        session.Prepare("UPDATE feed SET skipped_count = ?2 WHERE id = ?1").Bind(1, id).Bind(2, (long)problems.Count).Execute();
        session.Prepare("DELETE FROM feed_problem WHERE feed_id = ?1").Bind(1, id).Execute();
        for (var i = 0; i < problems.Items.Count; i++)
        {
            var problem = problems.Items[i];
            session.Prepare(
                    "INSERT INTO feed_problem (feed_id, ordinal, line, component, uid, property, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
                .Bind(1, id).Bind(2, (long)i).Bind(3, (long)problem.Line).Bind(4, problem.Component).Bind(5, problem.Uid)
                .Bind(6, problem.Property).Bind(7, problem.Reason).Execute();
        }
        if (suggestedName is not null)
        {
            // Compared again here: somebody may have named it while it was read.
            var feed = Require(session, id, Sight.Everything);
            if (TryOpen(feed) is { } address && feed.Name == SuggestName(address))
                HouseholdStore.UpdateCalendar(session, HouseholdStore.RequireCalendar(session, feed.CalendarId), suggestedName, null, null, null, Actor.Everything);
        }
    }

    /// <summary>The name a feed has until its own is known.</summary>
    internal static string SuggestName(FeedAddress address)
    {
        var name = address.FilePath is { } path ? Path.GetFileNameWithoutExtension(path) : address.Candidates[0].Host;
        return name.Length is 0 ? "Calendar" : name[..Math.Min(name.Length, FieldRules.MaxNameLength)];
    }

    private static void RecordSuccess(SqliteSession session, string id, long now, long next)
    {
        session.Prepare(
                """
                UPDATE feed SET failures = 0, last_attempt_at = ?2, last_success_at = ?2, next_attempt_at = ?3, error_reason = NULL, error_detail = NULL
                WHERE id = ?1
                """)
            .Bind(1, id).Bind(2, now).Bind(3, next).Execute();
        session.Touch(Topics.Feeds);
    }

    private static Feed Require(SqliteSession session, string id, Sight sight) =>
        Read(session, id) is [var feed] && new CalendarRights(session, sight).Sees(feed.CalendarId) ? feed : throw HouseholdException.Missing("feed", id);

    private static List<Feed> Read(SqliteSession session, string? id = null)
    {
        var feeds = new List<Feed>();
        var rows = session.Prepare(
            """
            SELECT f.id, f.calendar_id, c.name, c.color, f.address, f.etag, f.last_modified, f.content_hash, f.failures, f.last_attempt_at,
              f.last_success_at, f.next_attempt_at, f.asked_interval, f.error_reason, f.error_detail, f.event_count, f.skipped_count, f.version
            FROM feed f JOIN calendar c ON c.id = f.calendar_id AND c.removal = 0 WHERE ?1 IS NULL OR f.id = ?1 ORDER BY f.id
            """);
        rows.Bind(1, id);
        while (rows.Step())
        {
            var calendarId = rows.Text(1)!;
            var members = new List<string>();
            var member = session.Prepare("SELECT member_id FROM calendar_member WHERE calendar_id = ?1 ORDER BY member_id");
            member.Bind(1, calendarId);
            while (member.Step())
                members.Add(member.Text(0)!);
            feeds.Add(
                new(
                    rows.Text(0)!,
                    calendarId,
                    rows.Text(2)!,
                    rows.Text(3)!,
                    members,
                    rows.Text(4)!,
                    rows.Text(5),
                    rows.Text(6),
                    rows.IsNull(7) ? null : rows.Blob(7).ToArray(),
                    rows.Int32(8),
                    rows.NullableInt64(9),
                    rows.NullableInt64(10),
                    rows.Int64(11),
                    rows.NullableInt64(12) is { } asked ? TimeSpan.FromSeconds(asked) : null,
                    rows.Text(13),
                    rows.Text(14),
                    rows.Int64(15),
                    rows.Int64(16),
                    rows.Int64(17)));
        }
        return feeds;
    }

    private static string PlaceOf(string id) => "feed.address/" + id;

    private FeedAddress? TryOpen(Feed feed)
    {
        try
        {
            return AddressOf(feed);
        }
        catch (SealBrokenException)
        {
            return null;
        }
    }

    private long Now() => time.GetUtcNow().ToUnixTimeSeconds();
}
