using System.Globalization;

namespace EdgeDb.Benchmarks.Forecast;

/// <summary>A load series from a file of lines <c>timestamp,value</c>, with or without a header line.</summary>
internal sealed record LoadSeries(string Name, TimeSpan Period, IReadOnlyList<LoadSeries.Sample> Samples, int SkippedLines)
{
    private static readonly char[] Separators = [',', ';', '\t'];

    public readonly record struct Sample(DateTimeOffset Time, double Value);

    /// <summary>Reads a file. Lines that hold no time and number are counted and left out; newest first is turned round; less than three samples are an error.</summary>
    public static LoadSeries Read(string path)
    {
        var samples = new List<Sample>();
        var skipped = 0;
        var isFirst = true;
        foreach (var line in File.ReadLines(path))
        {
            if (string.IsNullOrWhiteSpace(line))
                continue;
            var fields = line.Split(Separators, StringSplitOptions.TrimEntries);
            if (fields.Length >= 2 && TryTime(fields[0].Trim('"'), out var time) && TryValue(fields[1].Trim('"'), out var value))
                samples.Add(new Sample(time, value));
            else if (!isFirst)
                skipped++;
            isFirst = false;
        }

        if (samples.Count < 3)
            throw new InvalidDataException($"{path}: {samples.Count} lines 'timestamp,value', at least 3 are needed.");
        if (samples[^1].Time < samples[0].Time)
            samples.Reverse();
        var period = MedianPeriod(samples) ?? throw new InvalidDataException($"{path}: no two samples have ascending times.");
        return new LoadSeries(Path.GetFileNameWithoutExtension(path), period, samples, skipped);
    }

    /// <summary>The usual distance of two samples: a property of how the file was made, like the interval setting in the product, not of its values.</summary>
    private static TimeSpan? MedianPeriod(List<Sample> samples)
    {
        var distances = new List<TimeSpan>(samples.Count);
        for (var i = 1; i < samples.Count; i++)
        {
            if (samples[i].Time > samples[i - 1].Time)
                distances.Add(samples[i].Time - samples[i - 1].Time);
        }

        if (distances.Count == 0)
            return null;
        distances.Sort();
        var median = distances[distances.Count / 2];
        return median < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : median > TimeSpan.FromDays(1) ? TimeSpan.FromDays(1) : median;
    }

    private static bool TryTime(string text, out DateTimeOffset time)
    {
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time))
            return true;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !(Math.Abs(number) < 1e14))
            return false;
        // Seconds since 1970, or milliseconds: as seconds those would lie thousands of years ahead.
        time = DateTimeOffset.UnixEpoch.AddSeconds(Math.Abs(number) < 1e11 ? number : number / 1000);
        return true;
    }

    private static bool TryValue(string text, out double value)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value))
            return true;
        value = double.NaN;
        return text is "" or "null" or "NA";
    }
}
