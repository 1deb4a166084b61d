using System.Globalization;

namespace EdgeDb.Benchmarks.Soak;

/// <summary>
/// What the answers of a server may be. One caller writes a key, numbers that only grow, so a correct answer lies between the last number that was
/// acknowledged before the question and the last one that was sent before the answer. Its text repeats key and number: a row of somebody else shows.
/// </summary>
internal sealed class SoakLedger
{
    private readonly Lock _gate = new();
    private readonly long[] _sent;
    private readonly Acknowledged[] _acknowledged;

    public SoakLedger(int keys) => (_sent, _acknowledged) = (new long[keys], new Acknowledged[keys]);

    /// <summary>The text of a number: a length that changes from one to the next, so that answers that run into each other do not fit.</summary>
    public static string Text(int key, long number) =>
        string.Create(CultureInfo.InvariantCulture, $"{key}/{number}/{new string((char)('a' + ((key + number) % 26)), (int)(20 + (((key * 31) + number) % 400)))}");

    /// <summary>The number of the key's next write, which is sent from here on.</summary>
    public long Next(int key) => Interlocked.Increment(ref _sent[key]);

    /// <summary>A write was acknowledged.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="number">Its number.</param>
    /// <param name="life">In which life of the server's data it began and ended.</param>
    public void Acknowledge(int key, long number, int life)
    {
        lock (_gate)
            _acknowledged[key] = new(number, life);
    }

    /// <summary>To be asked before a read: the lowest number that it may show.</summary>
    public Acknowledged Floor(int key)
    {
        lock (_gate)
            return _acknowledged[key];
    }

    /// <summary>What is wrong with an answer; null when nothing is.</summary>
    /// <param name="key">What was asked for.</param>
    /// <param name="text">The answer; null for no row.</param>
    /// <param name="floor">The lowest number allowed; 0 when none is known.</param>
    public string? Judge(int key, string? text, long floor)
    {
        if (text is null)
            return floor == 0 ? null : $"nothing under key {key}, where {floor} had been acknowledged";
        var parts = text.Split('/');
        if (parts.Length != 3 || !long.TryParse(parts[1], CultureInfo.InvariantCulture, out var number) || text != Text(key, number))
            return $"key {key} was answered with '{(text.Length > 40 ? text[..40] + "…" : text)}'";
        if (number < floor)
            return $"key {key} was answered with {number}, where {floor} had been acknowledged";
        return number > Volatile.Read(ref _sent[key]) ? $"key {key} was answered with {number}, which nobody has written yet" : null;
    }

    /// <param name="Number">The number; 0 when none was.</param>
    /// <param name="Life">In which life of the server's data.</param>
    internal readonly record struct Acknowledged(long Number, int Life);
}
