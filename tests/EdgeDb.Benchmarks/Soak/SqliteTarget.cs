using EdgeDb.Core.Connections;
using EdgeDb.Core.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeDb.Benchmarks.Soak;

/// <summary>A local file, which no fault of this soak touches: what happens to it is what the sick servers do to others.</summary>
internal sealed class SqliteTarget : SoakTarget
{
    private const string Schema = "CREATE TABLE soak (key INTEGER PRIMARY KEY, number INTEGER NOT NULL, body TEXT NOT NULL)";
    private const string WriteSql =
        "INSERT INTO soak VALUES (?1, ?2, ?3) ON CONFLICT (key) DO UPDATE SET number = excluded.number, body = excluded.body WHERE number < excluded.number";
    private const string ReadSql = "SELECT body FROM soak WHERE key = ?1";
    private const string AllSql = "SELECT key, body FROM soak";

    private readonly SqliteDatabase _database;

    private SqliteTarget(SqliteDatabase database) => _database = database;

    public override string Name => "sqlite";

    public override IReadOnlyList<IConnectionEndpoint> Endpoints => [_database.Readers];

    public override bool BoundsWrites => false;

    public static async Task<SqliteTarget> OpenAsync(string path) => new(await SqliteDatabase.OpenAsync(
        new SqliteDatabaseOptions { Path = path }, [new Migration(1, "soak", Schema)], TimeProvider.System, NullLogger.Instance, CancellationToken.None));

    public override async ValueTask WriteAsync(int key, long number, TimeSpan timeout, CancellationToken ct)
    {
        using var limit = Limit(timeout, ct);
        await _database.WriteAsync(
            (key, number),
            static (session, row) => session.Prepare(WriteSql).Bind(1, row.key).Bind(2, row.number).Bind(3, SoakLedger.Text(row.key, row.number)).Execute(),
            limit.Token);
    }

    public override async ValueTask<SoakAnswer> ReadAsync(int key, TimeSpan timeout, CancellationToken ct)
    {
        using var limit = Limit(timeout, ct);
        var text = await _database.ReadAsync(
            key,
            static (session, key) =>
            {
                var row = session.Prepare(ReadSql).Bind(1, key);
                return row.Step() ? row.Text(0) : null;
            },
            limit.Token);
        return new(text, MayBeOld: false);
    }

    public override async ValueTask<string?[]> ReadAllAsync(TimeSpan timeout, CancellationToken ct)
    {
        using var limit = Limit(timeout, ct);
        return await _database.ReadAsync(
            0,
            static (session, _) =>
            {
                var texts = new string?[Keys];
                var rows = session.Prepare(AllSql);
                while (rows.Step())
                    texts[rows.Int64(0)] = rows.Text(1);
                return texts;
            },
            limit.Token);
    }

    public override ValueTask DisposeAsync() => _database.DisposeAsync();

    private static CancellationTokenSource Limit(TimeSpan timeout, CancellationToken ct)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(timeout);
        return limit;
    }
}
