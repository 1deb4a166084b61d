using EdgeDb.Core.Connections;
using EdgeDb.Tests;
using Npgsql;

namespace EdgeDb.Benchmarks.Pool;

/// <summary>The mixed workload on PostgreSQL.</summary>
internal static class PostgresWorkload
{
    private const string MonthSql = "SELECT start, id, title FROM bench_occurrence WHERE start >= $1 AND start < $2 ORDER BY start, id";
    private const string RecordSql = "SELECT owner, body FROM bench_record WHERE id = $1";
    private const string WriteSql = "UPDATE bench_record SET body = $2 WHERE id = $1";
    private const string CountSql = "SELECT count(*) FROM bench_record WHERE owner = $1";

    public static async Task PrepareAsync(Upstreams servers)
    {
        await using var connection = new NpgsqlConnection(servers.PostgresConnectionString(admin: true) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            $"""
            DROP TABLE IF EXISTS bench_occurrence, bench_record;
            CREATE TABLE bench_occurrence (start bigint, id int, title text NOT NULL, PRIMARY KEY (start, id));
            CREATE TABLE bench_record (id int PRIMARY KEY, owner int NOT NULL, body text NOT NULL);
            CREATE INDEX ON bench_record (owner);
            INSERT INTO bench_occurrence SELECT i * {MixedWorkload.Spacing}::bigint, i, 'Event ' || i FROM generate_series(0, {MixedWorkload.Rows - 1}) i;
            INSERT INTO bench_record SELECT i, i % 7, repeat('x', 200) FROM generate_series(0, {MixedWorkload.Rows - 1}) i;
            GRANT ALL ON bench_occurrence, bench_record TO {servers.PostgresUser};
            ANALYZE bench_occurrence; ANALYZE bench_record;
            """,
            connection);
        await command.ExecuteNonQueryAsync();
    }

    public static MixedWorkload Managed(Upstreams servers, int port) =>
        new ManagedWorkload(UpstreamEndpoints.Postgres(servers, new ConnectionPoolOptions { MaxSize = 20 }, port));

    public static MixedWorkload PerRequest(Upstreams servers, int port) => new PerRequestWorkload(servers.PostgresConnectionString(port) + ";Pooling=false");

    private sealed class Total
    {
        public long Length { get; set; }
    }

    private sealed class ManagedWorkload(ConnectionEndpoint<PostgresConnection> endpoint) : MixedWorkload
    {
        private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

        private static readonly PostgresCommand<(long From, long To)> Month = new(MonthSql, static (ref p, window) =>
        {
            p.Add(window.From);
            p.Add(window.To);
        });

        private static readonly PostgresCommand<int> Record = new(RecordSql, static (ref p, id) => p.Add(id));

        private static readonly PostgresCommand<(int Id, string Body)> Write = new(WriteSql, static (ref p, change) =>
        {
            p.Add(change.Id);
            p.Add(change.Body);
        });

        private static readonly PostgresCommand<int> Count = new(CountSql, static (ref p, owner) => p.Add(owner));

        private static readonly Operation MonthOperation = new(QueryShapes.Of(MonthSql), ConnectionRole.Read, OperationRepeat.AfterFailure, Limit);
        private static readonly Operation RecordOperation = new(QueryShapes.Of(RecordSql), ConnectionRole.Read, OperationRepeat.AfterFailure, Limit);
        private static readonly Operation WriteOperation = new(QueryShapes.Of(WriteSql), ConnectionRole.Write, OperationRepeat.Never, Limit);
        private static readonly Operation CountOperation =
            new(QueryShapes.Of(CountSql).As(QueryClass.Analytics), ConnectionRole.Analytics, OperationRepeat.AfterFailure, Limit);

        public override string Describe()
        {
            var statistics = endpoint.Statistics;
            return $"{statistics.Opened} connections were opened, affinity {100.0 * statistics.AffinityHits / statistics.AffinityAsked:0.0} %";
        }

        public override ValueTask DisposeAsync() => endpoint.DisposeAsync();

        protected override ValueTask<long> MonthAsync(long from, long to) => endpoint.ExecuteAsync(
            MonthOperation,
            (From: from, To: to),
            static async (connection, window, ct) =>
            {
                var total = new Total();
                await connection.QueryAsync(Month, window, total, static (row, total) => total.Length += row.GetString(2).Length, ct);
                return total.Length;
            },
            CancellationToken.None);

        protected override ValueTask<long> RecordAsync(int id) => endpoint.ExecuteAsync(
            RecordOperation,
            id,
            static (connection, id, ct) => connection.FirstAsync(Record, id, static row => (long)row.GetString(1).Length, ct),
            CancellationToken.None);

        protected override ValueTask<long> WriteAsync(int id, int value) => endpoint.ExecuteAsync(
            WriteOperation,
            (Id: id, Body: $"value {value}"),
            static async (connection, change, ct) => (long)await connection.ExecuteAsync(Write, change, ct),
            CancellationToken.None);

        protected override ValueTask<long> CountAsync(int owner) => endpoint.ExecuteAsync(
            CountOperation,
            owner,
            static (connection, owner, ct) => connection.FirstAsync(Count, owner, static row => row.GetInt64(0), ct),
            CancellationToken.None);
    }

    private sealed class PerRequestWorkload(string connectionString) : MixedWorkload
    {
        public override string Describe() => "";

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

        protected override async ValueTask<long> MonthAsync(long from, long to)
        {
            await using var connection = await OpenAsync();
            await using var command = Command(connection, MonthSql, from, to);
            await using var rows = await command.ExecuteReaderAsync();
            var length = 0L;
            while (await rows.ReadAsync())
                length += rows.GetString(2).Length;
            return length;
        }

        protected override async ValueTask<long> RecordAsync(int id)
        {
            await using var connection = await OpenAsync();
            await using var command = Command(connection, RecordSql, id);
            await using var rows = await command.ExecuteReaderAsync();
            return await rows.ReadAsync() ? rows.GetString(1).Length : 0;
        }

        protected override async ValueTask<long> WriteAsync(int id, int value)
        {
            await using var connection = await OpenAsync();
            await using var command = Command(connection, WriteSql, id, $"value {value}");
            return await command.ExecuteNonQueryAsync();
        }

        protected override async ValueTask<long> CountAsync(int owner)
        {
            await using var connection = await OpenAsync();
            await using var command = Command(connection, CountSql, owner);
            return (long)(await command.ExecuteScalarAsync())!;
        }

        private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params ReadOnlySpan<object> values)
        {
            var command = new NpgsqlCommand(sql, connection);
            foreach (var value in values)
                command.Parameters.Add(new NpgsqlParameter { Value = value });
            return command;
        }

        private async Task<NpgsqlConnection> OpenAsync()
        {
            var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync();
            return connection;
        }
    }
}
