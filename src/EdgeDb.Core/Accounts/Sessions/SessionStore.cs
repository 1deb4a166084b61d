using System.Buffers.Binary;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Accounts;

/// <summary>The rows of sessions and devices.</summary>
internal sealed class SessionStore(SqliteDatabase database)
{
    /// <summary>What the requests of a while have changed, as one write.</summary>
    /// <param name="Removed">Ids of sessions that are gone.</param>
    /// <param name="Seen">Ids, and when they were last used.</param>
    /// <param name="Promoted">Ids, and the hashes and times of secrets that came into use.</param>
    internal sealed record Batch(IReadOnlyList<string> Removed, IReadOnlyList<(string Id, long At)> Seen, IReadOnlyList<(string Id, byte[] Hash, long At)> Promoted)
    {
        public bool IsEmpty => Removed.Count + Seen.Count + Promoted.Count == 0;
    }

    /// <summary>All sessions, and the devices by id.</summary>
    public ValueTask<(List<Session> Sessions, Dictionary<string, Device> Devices)> LoadAsync(CancellationToken ct) => database.ReadAsync(
        0,
        static (session, _) =>
        {
            var devices = new Dictionary<string, Device>(StringComparer.Ordinal);
            var rows = session.Prepare("SELECT id, name, approved_by, created_at FROM device ORDER BY id");
            while (rows.Step())
                devices.Add(rows.Text(0)!, new(rows.Text(0)!, rows.Text(1)!, rows.Text(2), rows.Int64(3)));

            var sessions = new List<Session>();
            rows = session.Prepare("SELECT id, account_id, series, hash, next_hash, agent, created_at, renewed_at, seen_at, ended_at FROM session ORDER BY id");
            while (rows.Step())
            {
                var keys = new SessionKeys(rows.Blob(3).ToArray(), null, rows.IsNull(4) ? null : rows.Blob(4).ToArray(), null, null, 0, rows.Int64(7));
                sessions.Add(new(
                    rows.Text(0)!, rows.Text(1), BinaryPrimitives.ReadUInt128BigEndian(rows.Blob(2)), keys, rows.Text(5)!, rows.Int64(6), rows.Int64(8))
                {
                    EndedAt = rows.NullableInt64(9),
                });
            }

            return (sessions, devices);
        },
        ct);

    /// <summary>Adds the session of an account. False when the account has changed since it was looked at: what let it in may not hold any more.</summary>
    public Task<bool> AddAsync(Session added, Account account, CancellationToken ct) => database.WriteAsync(
        (added, account),
        static (session, add) =>
        {
            var row = session.Prepare("SELECT version, disabled FROM account WHERE id = ?1").Bind(1, add.account.Id);
            if (!row.Step() || row.Int64(0) != add.account.Version || row.Int64(1) != 0)
                return false;
            Insert(session, add.added);
            return true;
        },
        ct);

    /// <summary>Adds a device with its session.</summary>
    public Task AddAsync(Session added, Device device, CancellationToken ct) => database.WriteAsync(
        (added, device),
        static (session, add) =>
        {
            session.Prepare("INSERT INTO device (id, name, approved_by, created_at) VALUES (?1, ?2, ?3, ?4)")
                .Bind(1, add.device.Id).Bind(2, add.device.Name).Bind(3, add.device.ApprovedBy).Bind(4, add.device.CreatedAt).Execute();
            Insert(session, add.added);
            return true;
        },
        ct);

    /// <summary>Remembers a secret that is about to be given out. False when the session is gone.</summary>
    public Task<bool> OfferAsync(string id, byte[] hash, CancellationToken ct) => database.WriteAsync(
        (id, hash),
        static (session, state) => session.Prepare("UPDATE session SET next_hash = ?2 WHERE id = ?1 AND ended_at IS NULL").Bind(1, state.id).BindBlob(2, state.hash).Execute() == 1,
        ct);

    /// <summary>Signs a session out.</summary>
    public Task EndAsync(string id, long at, CancellationToken ct) => database.WriteAsync(
        (id, at),
        static (session, state) => session.Prepare("UPDATE session SET ended_at = ?2 WHERE id = ?1").Bind(1, state.id).Bind(2, state.at).Execute(),
        ct);

    /// <summary>Writes a batch.</summary>
    public Task WriteAsync(Batch batch, CancellationToken ct) => database.WriteAsync(
        batch,
        static (session, batch) =>
        {
            foreach (var id in batch.Removed)
            {
                session.Prepare("DELETE FROM session WHERE id = ?1").Bind(1, id).Execute();
                session.Prepare("DELETE FROM device WHERE id = ?1").Bind(1, id).Execute();
            }

            foreach (var (id, at) in batch.Seen)
                session.Prepare("UPDATE session SET seen_at = max(seen_at, ?2) WHERE id = ?1").Bind(1, id).Bind(2, at).Execute();
            foreach (var (id, hash, at) in batch.Promoted)
                session.Prepare("UPDATE session SET hash = ?2, next_hash = nullif(next_hash, ?2), renewed_at = ?3 WHERE id = ?1")
                    .Bind(1, id).BindBlob(2, hash).Bind(3, at).Execute();
            return true;
        },
        ct);

    private static void Insert(SqliteSession session, Session added)
    {
        Span<byte> series = stackalloc byte[SessionSecret.SeriesBytes];
        BinaryPrimitives.WriteUInt128BigEndian(series, added.Series);
        session.Prepare(
            "INSERT INTO session (id, account_id, device_id, series, hash, agent, created_at, renewed_at, seen_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?7)")
            .Bind(1, added.Id).Bind(2, added.AccountId).Bind(3, added.IsDevice ? added.Id : null).BindBlob(4, series).BindBlob(5, added.Keys.Hash)
            .Bind(6, added.Agent).Bind(7, added.CreatedAt).Execute();
    }
}
