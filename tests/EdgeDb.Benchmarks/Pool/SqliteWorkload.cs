using EdgeDb.Core.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeDb.Benchmarks.Pool;

/// <summary>The mixed workload on SQLite files; both ways write with <c>synchronous=FULL</c> in WAL mode.</summary>
internal static class SqliteWorkload
{
    private const string Schema =
        "CREATE TABLE occurrence (start INTEGER NOT NULL, id INTEGER NOT NULL, title TEXT NOT NULL, PRIMARY KEY (start, id)) WITHOUT ROWID;" +
        "CREATE TABLE record (id INTEGER PRIMARY KEY, owner INTEGER NOT NULL, body TEXT NOT NULL);" +
        "CREATE INDEX record_owner ON record (owner)";

    private const string MonthSql = "SELECT start, id, title FROM occurrence WHERE start >= ?1 AND start < ?2 ORDER BY start, id";
    private const string RecordSql = "SELECT owner, body FROM record WHERE id = ?1";
    private const string WriteSql = "UPDATE record SET body = ?2 WHERE id = ?1";
    private const string CountSql = "SELECT count(*) FROM record WHERE owner = ?1";

    public static async Task<MixedWorkload> ManagedAsync(string path) => new Managed(await FillAsync(path));

    public static async Task<MixedWorkload> PerRequestAsync(string path)
    {
        await (await FillAsync(path)).DisposeAsync();
        return new PerRequest(path);
    }

    private static async Task<SqliteDatabase> FillAsync(string path)
    {
        var database = await SqliteDatabase.OpenAsync(
            new SqliteDatabaseOptions { Path = path }, [new Migration(1, "workload", Schema)], TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        await database.WriteAsync(0, static (session, _) =>
        {
            for (var i = 0; i < MixedWorkload.Rows; i++)
            {
                session.Prepare("INSERT INTO occurrence VALUES (?1, ?2, ?3)").Bind(1, (long)i * MixedWorkload.Spacing).Bind(2, i).Bind(3, $"Event {i}").Execute();
                session.Prepare("INSERT INTO record VALUES (?1, ?2, ?3)").Bind(1, i).Bind(2, i % 7).Bind(3, new string('x', 200)).Execute();
            }

            return 0;
        }, CancellationToken.None);
        return database;
    }

    private sealed class Managed(SqliteDatabase database) : MixedWorkload
    {
        public override string Describe() => $"{database.Readers.Statistics.Opened} readers were opened";

        public override ValueTask DisposeAsync() => database.DisposeAsync();

        protected override ValueTask<long> MonthAsync(long from, long to) => database.ReadAsync((from, to), static (session, window) =>
        {
            var rows = session.Prepare(MonthSql).Bind(1, window.from).Bind(2, window.to);
            var length = 0L;
            while (rows.Step())
                length += rows.Text(2)!.Length;
            return length;
        }, CancellationToken.None);

        protected override ValueTask<long> RecordAsync(int id) => database.ReadAsync(id, static (session, id) =>
        {
            var row = session.Prepare(RecordSql).Bind(1, id);
            return row.Step() ? row.Text(1)!.Length : 0L;
        }, CancellationToken.None);

        protected override async ValueTask<long> WriteAsync(int id, int value) => await database.WriteAsync((id, value), static (session, change) =>
            (long)session.Prepare(WriteSql).Bind(1, change.id).Bind(2, $"value {change.value}").Execute(), CancellationToken.None);

        protected override ValueTask<long> CountAsync(int owner) => database.ReadAsync(owner, static (session, owner) =>
        {
            var row = session.Prepare(CountSql).Bind(1, owner);
            return row.Step() ? row.Int64(0) : 0;
        }, CancellationToken.None);
    }

    private sealed class PerRequest(string path) : MixedWorkload
    {
        private readonly string _connectionString = $"Data Source={path};Pooling=False";

        public override string Describe() => "";

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

        protected override ValueTask<long> MonthAsync(long from, long to)
        {
            using var connection = Open();
            using var command = Command(connection, MonthSql, from, to);
            using var rows = command.ExecuteReader();
            var length = 0L;
            while (rows.Read())
                length += rows.GetString(2).Length;
            return new(length);
        }

        protected override ValueTask<long> RecordAsync(int id)
        {
            using var connection = Open();
            using var command = Command(connection, RecordSql, id);
            using var rows = command.ExecuteReader();
            return new(rows.Read() ? rows.GetString(1).Length : 0L);
        }

        protected override ValueTask<long> WriteAsync(int id, int value)
        {
            using var connection = Open();
            using var command = Command(connection, WriteSql, id, $"value {value}");
            return new(command.ExecuteNonQuery());
        }

        protected override ValueTask<long> CountAsync(int owner)
        {
            using var connection = Open();
            using var command = Command(connection, CountSql, owner);
            return new((long)command.ExecuteScalar()!);
        }

        private static SqliteCommand Command(SqliteConnection connection, string sql, params ReadOnlySpan<object> values)
        {
            var command = connection.CreateCommand();
            command.CommandText = sql;
            for (var i = 0; i < values.Length; i++)
                command.Parameters.AddWithValue($"?{i + 1}", values[i]);
            return command;
        }

        private SqliteConnection Open()
        {
            var connection = new SqliteConnection(_connectionString);
            connection.Open();
            using var pragma = connection.CreateCommand();
            pragma.CommandText = "PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL";
            pragma.ExecuteNonQuery();
            return connection;
        }
    }
}
