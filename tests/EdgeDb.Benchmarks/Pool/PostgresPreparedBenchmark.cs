using System.Diagnostics;
using EdgeDb.Core.Connections;
using EdgeDb.Tests;
using Npgsql;

namespace EdgeDb.Benchmarks.Pool;

/// <summary>
/// What preparing a statement saves, on a real server over loopback with TLS: the engine's connection in session mode (prepared) against a new
/// command of Npgsql on an open connection (parsed and planned at each run), and against the engine in transaction mode, where each run also carries
/// its settings. Short slices in turn, so that what else the machine does hits all alike.
/// </summary>
internal static class PostgresPreparedBenchmark
{
    private const int Rows = 20_000;
    private const int RunsPerSlice = 100;
    private const int Slices = 40;

    private static readonly (string Name, string Sql)[] Shapes =
    [
        ("one row by key", "SELECT title FROM bench_entry WHERE id = $1"),
        ("join of three, ten rows", "SELECT e.title, o.name, g.name FROM bench_entry e JOIN bench_owner o ON o.id = e.owner JOIN bench_group g ON g.id = o.grp " +
            "WHERE e.id BETWEEN $1 AND $1 + 9 ORDER BY e.id"),
        ("count over 200 rows", "SELECT count(*), max(e.title) FROM bench_entry e WHERE e.id BETWEEN $1 AND $1 + 199 AND e.owner % 3 = 1"),
        ("update of one row", "UPDATE bench_entry SET title = 'entry ' || $1 WHERE id = $1"),
    ];

    public static async Task RunAsync()
    {
        var servers = await Upstreams.SharedAsync();
        await using (var admin = new NpgsqlConnection(servers.PostgresConnectionString(admin: true) + ";Pooling=false"))
        {
            await admin.OpenAsync();
            await using var create = new NpgsqlCommand(
                "DROP TABLE IF EXISTS bench_entry, bench_owner, bench_group; CREATE TABLE bench_group (id int PRIMARY KEY, name text); " +
                "CREATE TABLE bench_owner (id int PRIMARY KEY, name text, grp int); CREATE TABLE bench_entry (id int PRIMARY KEY, title text, owner int); " +
                "INSERT INTO bench_group SELECT g, 'group ' || g FROM generate_series(0, 9) g; INSERT INTO bench_owner SELECT o, 'owner ' || o, o % 10 FROM generate_series(0, 99) o; " +
                $"INSERT INTO bench_entry SELECT e, 'entry ' || e, e % 100 FROM generate_series(1, {Rows}) e; ANALYZE bench_group; ANALYZE bench_owner; ANALYZE bench_entry; " +
                $"GRANT ALL ON bench_entry, bench_owner, bench_group TO {servers.PostgresUser}", admin);
            await create.ExecuteNonQueryAsync();
        }

        var options = new PostgresOptions
        {
            Host = servers.Host, Port = servers.PrimaryPort, Database = servers.Database, Username = servers.PostgresUser, Password = servers.PostgresPassword, CaFile = servers.CaFile,
        };
        await using var session = new PostgresSource(options, TimeProvider.System);
        await using var transaction = new PostgresSource(options with { PoolMode = PostgresPoolMode.Transaction }, TimeProvider.System);
        var prepared = await session.OpenAsync(ConnectionRole.General, CancellationToken.None);
        var shared = await transaction.OpenAsync(ConnectionRole.General, CancellationToken.None);
        await using var plain = new NpgsqlConnection(servers.PostgresConnectionString() + ";Pooling=false");
        await plain.OpenAsync();

        Console.WriteLine($"Prepared statements, {Slices} slices of {RunsPerSlice} runs in turn, medians:");
        Console.WriteLine($"{"",-26}{"prepared",12}{"unprepared",14}{"ratio",8}{"transaction mode",20}{"ratio",8}");
        foreach (var (name, sql) in Shapes)
        {
            var command = new PostgresCommand<int>(sql, static (ref p, id) => p.Add(id));
            var runs = new Func<int, ValueTask>[]
            {
                async id => await prepared.QueryOrExecuteAsync(command, id),
                async id => await RunAsync(plain, sql, id),
                async id => await shared.QueryOrExecuteAsync(command, id),
            };
            var results = runs.Select(static _ => new List<(double Us, double Bytes)>()).ToArray();
            foreach (var run in runs)
                await MeasureAsync(run);
            for (var slice = 0; slice < Slices; slice++)
                for (var i = 0; i < runs.Length; i++)
                    results[i].Add(await MeasureAsync(runs[i]));

            Console.WriteLine(
                $"{name,-26}{Text(0),12}{Text(1),14}{Ratio(1),8:0.00}{Text(2),20}{Ratio(2),8:0.00}");

            string Text(int which) => $"{Median(results[which], static r => r.Us):0} µs {Median(results[which], static r => r.Bytes) / 1000:0.0} kB";

            // Of the slices' ratios, not of the medians.
            double Ratio(int slow) => Median(results[slow].Zip(results[0], static (theirs, ours) => (Us: theirs.Us / ours.Us, 0.0)), static r => r.Us);
        }

        await session.CloseAsync(prepared);
        await transaction.CloseAsync(shared);
    }

    private static async ValueTask QueryOrExecuteAsync(this PostgresConnection connection, PostgresCommand<int> command, int id)
    {
        if (command.Shape.Class == QueryClass.Write)
            await connection.ExecuteAsync(command, id, CancellationToken.None);
        else if (await connection.QueryAsync(command, id, 0, static (row, _) => row.GetValue(0), CancellationToken.None) == 0)
            throw new InvalidOperationException("The query found nothing.");
    }

    private static async ValueTask RunAsync(NpgsqlConnection connection, string sql, int id)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new NpgsqlParameter<int> { TypedValue = id } } };
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            reader.GetValue(0);
    }

    private static async Task<(double Us, double Bytes)> MeasureAsync(Func<int, ValueTask> run)
    {
        var random = new Random(1);
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < RunsPerSlice; i++)
            await run(random.Next(1, Rows - 200));
        var elapsed = Stopwatch.GetElapsedTime(started);
        return (elapsed.TotalMicroseconds / RunsPerSlice, (double)(GC.GetTotalAllocatedBytes(precise: true) - bytes) / RunsPerSlice);
    }

    private static double Median<T>(IEnumerable<T> values, Func<T, double> of)
    {
        var sorted = values.Select(of).Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
