namespace EdgeDb.Core.Connections;

/// <summary>Adds one sentence for each value outside its range, so that a person sees every problem at once.</summary>
/// <param name="owner">Whose options these are; null where whoever shows the sentences says so.</param>
/// <param name="problems">Receives the sentences.</param>
internal readonly struct OptionRanges(string? owner, ICollection<string> problems)
{
    public void Check<T>(string option, T value, T least, T most)
        where T : IComparable<T>
    {
        // Not "below least or above most": NaN sorts below every number, and has to be refused.
        if (!(value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0))
            problems.Add($"{(owner is null ? "" : owner + ": ")}{option} is {Text(value)}; the range is {Text(least)} to {Text(most)}.");
    }

    /// <summary>A value as the sentences write it: times in milliseconds or seconds.</summary>
    public static string Text<T>(T value) => value switch
    {
        TimeSpan span when span < TimeSpan.FromSeconds(10) => $"{span.TotalMilliseconds:0.###} ms",
        TimeSpan span => $"{span.TotalSeconds:0.###} s",
        _ => $"{value}",
    };
}
