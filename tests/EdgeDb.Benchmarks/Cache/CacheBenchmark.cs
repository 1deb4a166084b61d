using System.Globalization;
using System.Text;
using System.Text.Json;

namespace EdgeDb.Benchmarks.Cache;

/// <summary>
/// <c>bench cache TRACE.txt.gz CAPACITY</c>: one JSON line a policy, hits and requests of the whole trace on a cache of CAPACITY entries that begins empty.
/// <c>bench cache --all [FOLDER]</c>: a table over the traces of a folder (default: the data sets) at 256, 1,000 and 4,000 entries, and whether the shipped
/// cache meets its goal; exit code 1 when not.
/// </summary>
internal static class CacheBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            switch (args)
            {
                case ["--all"]:
                    return CacheTable.Print(Path.Combine(Environment.GetEnvironmentVariable("EDGEDB_DATASETS") ?? Path.Combine("..", "shared", "datasets"), "cache-traces")) ? 0 : 1;
                case ["--all", var folder]:
                    return CacheTable.Print(folder) ? 0 : 1;
                case [var file, var text] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var capacity) && capacity >= CacheTable.LeastCapacity:
                    PrintJson(CacheTrace.Read(file), capacity);
                    return 0;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }

        await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"usage: bench cache TRACE.txt.gz CAPACITY | bench cache --all [FOLDER]; CAPACITY is a number of entries from {CacheTable.LeastCapacity}"));
        return 2;
    }

    private static void PrintJson(CacheTrace trace, int capacity)
    {
        foreach (var (name, create) in CachePolicies.All)
        {
            var hits = CachePolicies.Hits(create, capacity, trace);
            using var stream = new MemoryStream();
            using (var json = new Utf8JsonWriter(stream))
            {
                json.WriteStartObject();
                json.WriteString("policy", name);
                json.WriteNumber("hits", hits);
                json.WriteNumber("requests", trace.Requests.Length);
                json.WriteNumber("ratio", Math.Round((double)hits / trace.Requests.Length, 6));
                json.WriteEndObject();
            }

            Console.WriteLine(Encoding.UTF8.GetString(stream.ToArray()));
        }
    }
}
