using System.Diagnostics;
using EdgeDb.Core.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeDb.Benchmarks.Storage;

/// <summary>One row by its key, from a file of 50,000: the engine's held statement against a new command, on an open and on a pooled connection.</summary>
internal static class PointReads
{
    private const int Rows = 50_000;
    private const int Reads = 5000;
    private const int SlicesPerRound = 40;
    private const string Select = "SELECT owner FROM entry WHERE id = ?1";
    private const string SelectNamed = "SELECT owner FROM entry WHERE id = $id";

    public static async Task RunAsync(string folder, int rounds)
    {
        var path = Path.Combine(folder, "reads.db");
        await using var database = await SqliteDatabase.OpenAsync(
            new SqliteDatabaseOptions { Path = path }, [new Migration(1, "entry", "CREATE TABLE entry (id INTEGER PRIMARY KEY, owner INTEGER NOT NULL)")],
            TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        await database.WriteAsync(0, static (session, _) =>
        {
            for (var i = 1; i <= Rows; i++)
                session.Prepare("INSERT INTO entry VALUES (?1, ?2)").Bind(1, i).Bind(2, i % 7).Execute();
            return 0;
        }, CancellationToken.None);

        await using var open = new SqliteConnection($"Data Source={path};Pooling=False;Mode=ReadOnly");
        open.Open();
        var pooled = $"Data Source={path};Mode=ReadOnly";
        var loads = new (string Name, int Each, Func<long, ValueTask<long>> Read)[]
        {
            ("engine, snapshot and held statement", 1, id => database.ReadAsync(id, static (session, id) =>
            {
                var row = session.Prepare(Select).Bind(1, id);
                return row.Step() ? row.Int64(0) : -1;
            }, CancellationToken.None)),
            ("engine, 100 in one snapshot, each", 100, id => database.ReadAsync(id, static (session, id) =>
            {
                long sum = 0;
                for (var i = 0; i < 100; i++)
                {
                    var row = session.Prepare(Select).Bind(1, 1 + ((id + (i * 499)) % Rows));
                    sum += row.Step() ? row.Int64(0) : -1;
                }

                return sum;
            }, CancellationToken.None)),
            ("new command, open connection", 1, id => ValueTask.FromResult(Read(open, id))),
            ("new command, pooled connection", 1, id =>
            {
                using var connection = new SqliteConnection(pooled);
                connection.Open();
                return ValueTask.FromResult(Read(connection, id));
            }),
        };

        Console.WriteLine($"Point reads, by key from {Rows} rows, {rounds * SlicesPerRound} slices of {Reads} in turn:");
        Console.WriteLine($"{"",-38}{"ns",9}{"B/read",9}");
        var results = loads.Select(_ => new List<(double Ns, double Bytes)>()).ToArray();
        foreach (var (_, each, read) in loads)
            await MeasureAsync(each, read);
        // Short slices in turn, so that what else the machine does hits every load alike.
        for (var slice = 0; slice < rounds * SlicesPerRound; slice++)
        {
            for (var i = 0; i < loads.Length; i++)
                results[i].Add(await MeasureAsync(loads[i].Each, loads[i].Read));
        }

        for (var i = 0; i < loads.Length; i++)
            Console.WriteLine($"{loads[i].Name,-38}{StorageBenchmark.Median(results[i], r => r.Ns),9:0}{StorageBenchmark.Median(results[i], r => r.Bytes),9:0}");
        Console.WriteLine(
            $"  ratio: a new command on an open connection takes {Ratio(2, 0):0.0} times as long, on a pooled one {Ratio(3, 0):0.0} times; " +
            $"the held statement inside a snapshot is {Ratio(2, 1):0.0} times as fast (medians of the slices' ratios)");
        SqliteConnection.ClearAllPools();

        double Ratio(int slow, int fast) => StorageBenchmark.Median(results[slow].Zip(results[fast], (theirs, ours) => theirs.Ns / ours.Ns).ToList(), r => r);
    }

    /// <summary>Every read completes at once, so the loop stays on its thread and the count of its allocations is right.</summary>
    private static async Task<(double Ns, double Bytes)> MeasureAsync(int each, Func<long, ValueTask<long>> read)
    {
        var random = new Random(1);
        long sum = 0;
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < Reads; i += each)
            sum += await read(random.Next(1, Rows + 1));
        var elapsed = Stopwatch.GetElapsedTime(started);
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        if (sum <= 0)
            throw new InvalidOperationException("The reads found nothing.");
        return (elapsed.TotalNanoseconds / Reads, (double)bytes / Reads);
    }

    private static long Read(SqliteConnection connection, long id)
    {
        using var command = connection.CreateCommand();
        command.CommandText = SelectNamed;
        command.Parameters.AddWithValue("$id", id);
        return (long)command.ExecuteScalar()!;
    }
}
