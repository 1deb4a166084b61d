using System.Globalization;
using System.IO.Compression;

namespace EdgeDb.Benchmarks.Cache;

/// <summary>The requests of a key trace: gzip text, one key a line, empty lines left out.</summary>
internal sealed class CacheTrace
{
    private CacheTrace(string name, string[] keys, int[] requests)
    {
        Name = name;
        Keys = keys;
        Requests = requests;
    }

    public string Name { get; }

    /// <summary>The distinct keys in the order in which they come first.</summary>
    public string[] Keys { get; }

    /// <summary>Positions in <see cref="Keys"/>, one a request.</summary>
    public int[] Requests { get; }

    /// <exception cref="InvalidDataException">The file is not gzip, or holds no key.</exception>
    public static CacheTrace Read(string path)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var requests = new List<int>();
        using (var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress)))
        {
            while (reader.ReadLine() is { } line)
            {
                if (line.Length == 0)
                    continue;
                if (!numbers.TryGetValue(line, out var number))
                    numbers.Add(line, number = numbers.Count);
                requests.Add(number);
            }
        }

        if (requests.Count == 0)
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"{path} holds no key; a trace is gzip text with one key a line."));
        var name = Path.GetFileName(path);
        return new CacheTrace(name[..name.IndexOf('.', StringComparison.Ordinal)], [.. numbers.Keys], [.. requests]);
    }
}
