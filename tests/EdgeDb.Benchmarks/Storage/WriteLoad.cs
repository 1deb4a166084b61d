using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using EdgeDb.Core.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeDb.Benchmarks.Storage;

/// <summary>What one load did.</summary>
internal sealed record WriteResult(long Rows, double RowsPerSecond, double P50Ms, double P99Ms, double LongestMs, double BytesPerRow);

/// <summary>Callers that write one row after the other and wait for each to be durable.</summary>
internal static class WriteLoad
{
    /// <summary>The loads, in the order they run.</summary>
    public static readonly string[] Names = ["pooled-8", "engine-1", "engine-8", "engine-64"];

    private const string Table = "CREATE TABLE entry (id INTEGER PRIMARY KEY, owner INTEGER NOT NULL, text TEXT NOT NULL)";
    private const string Insert = "INSERT INTO entry (owner, text) VALUES (?1, ?2)";
    private const string InsertNamed = "INSERT INTO entry (owner, text) VALUES ($owner, $text)";
    private static readonly string Text = new('e', 200);

    public static string Describe(string name) => name switch
    {
        "pooled-8" => "8 pooled Microsoft.Data.Sqlite",
        "engine-1" => "engine, 1 caller",
        "engine-8" => "engine, 8 callers",
        _ => "engine, 8 callers, 8 in flight each",
    };

    public static async Task<WriteResult> RunAsync(string name, string path, TimeSpan time)
    {
        var latencies = new ConcurrentBag<List<double>>();
        var bytesBefore = BytesWritten();
        var started = Stopwatch.GetTimestamp();
        if (name == "pooled-8")
            await PooledAsync(path, 8, time, latencies);
        else
            await EngineAsync(path, int.Parse(name["engine-".Length..], CultureInfo.InvariantCulture), time, latencies);
        var elapsed = Stopwatch.GetElapsedTime(started);
        var bytes = BytesWritten() - bytesBefore;
        var sorted = latencies.SelectMany(list => list).Order().ToArray();
        return new WriteResult(
            sorted.Length, sorted.Length / elapsed.TotalSeconds, sorted[sorted.Length / 2], sorted[(int)(sorted.Length * 0.99)], sorted[^1], (double)bytes / sorted.Length);
    }

    private static async Task EngineAsync(string path, int inFlight, TimeSpan time, ConcurrentBag<List<double>> latencies)
    {
        await using var database = await SqliteDatabase.OpenAsync(
            new SqliteDatabaseOptions { Path = path }, [new Migration(1, "entry", Table)], TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(owner => Task.Run(async () =>
        {
            var own = new List<double>(100_000);
            latencies.Add(own);
            while (Stopwatch.GetElapsedTime(started) < time)
            {
                var begun = Stopwatch.GetTimestamp();
                await database.WriteAsync(
                    owner, static (session, owner) => session.Prepare(Insert).Bind(1, owner).Bind(2, Text).Execute(), CancellationToken.None);
                own.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            }
        })));
    }

    /// <summary>As the documentation of Microsoft.Data.Sqlite shows it: a pooled connection and a command a write, write-ahead log, synchronous=FULL.</summary>
    private static async Task PooledAsync(string path, int callers, TimeSpan time, ConcurrentBag<List<double>> latencies)
    {
        var connectionString = new SqliteConnectionStringBuilder { DataSource = path, Pooling = true }.ToString();
        using (var connection = new SqliteConnection(connectionString))
        {
            connection.Open();
            Execute(connection, "PRAGMA journal_mode = WAL");
            Execute(connection, Table);
        }

        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(owner => Task.Factory.StartNew(
            () =>
            {
                var own = new List<double>(100_000);
                latencies.Add(own);
                while (Stopwatch.GetElapsedTime(started) < time)
                {
                    var begun = Stopwatch.GetTimestamp();
                    using (var connection = new SqliteConnection(connectionString))
                    {
                        connection.Open();
                        using var command = connection.CreateCommand();
                        command.CommandText = InsertNamed;
                        command.Parameters.AddWithValue("$owner", owner);
                        command.Parameters.AddWithValue("$text", Text);
                        command.ExecuteNonQuery();
                    }

                    own.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        SqliteConnection.ClearAllPools();
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>What this process has made the device write, by the kernel's account: whole pages, each time one becomes dirty.</summary>
    private static long BytesWritten() => long.Parse(
        File.ReadLines("/proc/self/io").First(line => line.StartsWith("write_bytes:", StringComparison.Ordinal)).AsSpan("write_bytes:".Length),
        NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
}
