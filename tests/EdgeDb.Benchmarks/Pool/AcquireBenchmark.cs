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

        (await sqlite.AcquireAsync(ConnectionRole.Read, 7, Timeout.InfiniteTimeSpan, CancellationToken.None)).Dispose();
        (await ours.Pool.AcquireAsync(ConnectionRole.Read, 7, Timeout.InfiniteTimeSpan, CancellationToken.None)).Dispose();
        await (await npgsql.OpenConnectionAsync()).DisposeAsync();

        var loads = new (string Name, Func<(double Ns, double Bytes)> Measure)[]
        {
            ("EdgeDb, SQLite", () => Measure(new Ours<SqliteReader>(sqlite))),
            ("Microsoft.Data.Sqlite", () => Measure(new PooledSqlite($"Data Source={path};Mode=ReadOnly"))),
            ("EdgeDb, PostgreSQL", () => Measure(new Ours<PostgresConnection>(ours.Pool))),
            ("Npgsql, data source", () => Measure(new PooledNpgsql(npgsql))),
        };
        var results = loads.Select(static _ => new List<(double Ns, double Bytes)>()).ToArray();
        for (var slice = 0; slice <= Slices; slice++)
            for (var i = 0; i < loads.Length; i++)
                if (loads[i].Measure() is var result && slice > 0)
                    results[i].Add(result);

        Console.WriteLine($"Acquire and release on a warm pool, one caller, {Slices} slices of {Each} in turn (goal: not slower than either, at most 100 ns, 0 B):");
        Console.WriteLine($"{"",-26}{"ns",9}{"B",7}");
        for (var i = 0; i < loads.Length; i++)
            Console.WriteLine($"{loads[i].Name,-26}{PoolBenchmark.Median(results[i].Select(static r => r.Ns)),9:0}{PoolBenchmark.Median(results[i].Select(static r => r.Bytes)),7:0}");
        Console.WriteLine($"  ratio: Microsoft.Data.Sqlite takes {Ratio(1, 0):0.0} times as long, Npgsql {Ratio(3, 2):0.0} times (medians of the slices' ratios)");
        SqliteConnection.ClearAllPools();

        double Ratio(int theirs, int ours) => PoolBenchmark.Median(results[theirs].Zip(results[ours], static (t, o) => t.Ns / o.Ns));
    }

    /// <summary>Every call completes at once, so there is nothing to await and the count of allocations is right.</summary>
    private static (double Ns, double Bytes) Measure<TLoad>(TLoad load)
        where TLoad : struct, ILoad
    {
        load.Once();
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < Each; i++)
            load.Once();
        var elapsed = Stopwatch.GetElapsedTime(started);
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        return (elapsed.TotalNanoseconds / Each, (double)bytes / Each);
    }

    private static T Completed<T>(ValueTask<T> renting) =>
        renting.IsCompletedSuccessfully ? renting.Result : throw new InvalidOperationException("The pool is warm, and still a caller had to wait.");

    // Structs, so that each loop is compiled for its load and none pays for an indirect call.
    private interface ILoad
    {
        void Once();
    }

    private readonly struct Ours<T>(ConnectionPool<T> pool) : ILoad
        where T : class
    {
        public void Once() => Completed(pool.AcquireAsync(ConnectionRole.Read, 7, Timeout.InfiniteTimeSpan, CancellationToken.None)).Dispose();
    }

    private readonly struct PooledNpgsql(NpgsqlDataSource source) : ILoad
    {
        public void Once() => Completed(source.OpenConnectionAsync()).Dispose();
    }

    private readonly struct PooledSqlite(string connectionString) : ILoad
    {
        public void Once()
        {
            using var connection = new SqliteConnection(connectionString);
            connection.Open();
        }
    }
}
