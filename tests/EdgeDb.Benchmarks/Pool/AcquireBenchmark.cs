using System.Diagnostics;
using EdgeDb.Core.Connections;
using EdgeDb.Core.Storage;
using EdgeDb.Tests;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EdgeDb.Benchmarks.Pool;

/// <summary>Taking a connection from a warm pool and giving it back, nothing done on it.</summary>
internal static class AcquireBenchmark
{
    private const int Each = 20_000;
    private const int Slices = 60;

    public static async Task RunAsync()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "pool.db");
        var sqliteOptions = new SqliteDatabaseOptions { Path = path };
        await using var database = await SqliteDatabase.OpenAsync(sqliteOptions, [], TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        await using var sqlite = new ConnectionPool<SqliteReader>(
            new SqliteReaderSource(sqliteOptions), sqliteOptions.Readers().Pool, null, TimeProvider.System, NullLogger.Instance);
        var upstreams = await Upstreams.SharedAsync();
        var connectionString = upstreams.PostgresConnectionString();
        await using var npgsql = new NpgsqlSlimDataSourceBuilder(connectionString + ";Minimum Pool Size=4").EnableTransportSecurity().Build();
        await using var ours = UpstreamEndpoints.Postgres(upstreams, new ConnectionPoolOptions { MinIdle = 1 });

        var loads = new (string Name, Func<Task<(double Ns, double Bytes)>> MeasureAsync)[]
        {
            ("EdgeDb, SQLite", () => MeasureAsync(new Ours<SqliteReader>(sqlite))),
            ("Microsoft.Data.Sqlite", () => MeasureAsync(new PooledSqlite($"Data Source={path};Mode=ReadOnly"))),
            ("EdgeDb, PostgreSQL", () => MeasureAsync(new Ours<PostgresConnection>(ours.Pool))),
            ("Npgsql, data source", () => MeasureAsync(new PooledNpgsql(npgsql))),
        };
        var results = loads.Select(static _ => new List<(double Ns, double Bytes)>()).ToArray();
        for (var slice = 0; slice <= Slices; slice++)
            for (var i = 0; i < loads.Length; i++)
                if (await loads[i].MeasureAsync() is var result && slice > 0)
                    results[i].Add(result);

        Console.WriteLine($"Acquire and release on a warm pool, one caller, {Slices} slices of {Each} in turn (goal: not slower than either, at most 100 ns, 0 B):");
        Console.WriteLine($"{"",-26}{"ns",9}{"B",7}");
        for (var i = 0; i < loads.Length; i++)
            Console.WriteLine($"{loads[i].Name,-26}{PoolBenchmark.Median(results[i].Select(static r => r.Ns)),9:0}{PoolBenchmark.Median(results[i].Select(static r => r.Bytes)),7:0}");
        Console.WriteLine($"  ratio: Microsoft.Data.Sqlite takes {Ratio(1, 0):0.0} times as long, Npgsql {Ratio(3, 2):0.0} times (medians of the slices' ratios)");
        SqliteConnection.ClearAllPools();

        double Ratio(int theirs, int ours) => PoolBenchmark.Median(results[theirs].Zip(results[ours], static (t, o) => t.Ns / o.Ns));
    }

    /// <summary>Every call completes at once, so the loop stays on its thread and the count of its allocations is right.</summary>
    private static async Task<(double Ns, double Bytes)> MeasureAsync<TLoad>(TLoad load)
        where TLoad : struct, ILoad
    {
        await load.OnceAsync();
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < Each; i++)
            await load.OnceAsync();
        var elapsed = Stopwatch.GetElapsedTime(started);
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        return (elapsed.TotalNanoseconds / Each, (double)bytes / Each);
    }

    // Structs, so that each loop is compiled for its load and none pays for an indirect call.
    private interface ILoad
    {
        ValueTask OnceAsync();
    }

    private readonly struct Ours<T>(ConnectionPool<T> pool) : ILoad
        where T : class
    {
        public async ValueTask OnceAsync()
        {
            using var lease = await pool.AcquireAsync(ConnectionRole.Read, 7, Timeout.InfiniteTimeSpan, CancellationToken.None);
        }
    }

    private readonly struct PooledNpgsql(NpgsqlDataSource source) : ILoad
    {
        public async ValueTask OnceAsync()
        {
            await using var connection = await source.OpenConnectionAsync();
        }
    }

    private readonly struct PooledSqlite(string connectionString) : ILoad
    {
        public ValueTask OnceAsync()
        {
            using var connection = new SqliteConnection(connectionString);
            connection.Open();
            return ValueTask.CompletedTask;
        }
    }
}
