using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Work;

/// <summary>Keeps jobs that must outlive the process, in the household's file.</summary>
internal sealed class WorkStore(SqliteDatabase database)
{
    public ValueTask<IReadOnlyList<(WorkRequest Request, long Asked)>> LoadAsync(CancellationToken ct) => database.ReadAsync(
        0,
        static (session, _) =>
        {
            var found = new List<(WorkRequest, long)>();
            var rows = session.Prepare("SELECT kind, name, key, payload, asked FROM work ORDER BY key");
            while (rows.Step())
                found.Add((new(rows.Text(0)!, rows.Text(1)!, rows.Text(2)!, rows.Text(3)!), rows.Int64(4)));
            return (IReadOnlyList<(WorkRequest, long)>)found;
        },
        ct);

    /// <summary>Keeps a job. Returns how often it has been asked for.</summary>
    public Task<long> AddAsync(WorkRequest request, CancellationToken ct) => database.WriteAsync(
        request,
        static (session, request) =>
        {
            session.Prepare(
                    """
                    INSERT INTO work (key, kind, name, payload, asked) VALUES (?1, ?2, ?3, ?4, 1)
                    ON CONFLICT (key) DO UPDATE SET kind = excluded.kind, name = excluded.name, payload = excluded.payload, asked = asked + 1
                    """)
                .Bind(1, request.Key).Bind(2, request.Kind).Bind(3, request.Name).Bind(4, request.Payload).Execute();
            var row = session.Prepare("SELECT asked FROM work WHERE key = ?1").Bind(1, request.Key);
            row.Step();
            return row.Int64(0);
        },
        ct);

    /// <summary>The job is done, unless it was asked for more often than that.</summary>
    public Task RemoveAsync(string key, long asked, CancellationToken ct) => database.WriteAsync(
        (key, asked),
        static (session, done) => session.Prepare("DELETE FROM work WHERE key = ?1 AND asked <= ?2").Bind(1, done.key).Bind(2, done.asked).Execute(),
        ct);
}
