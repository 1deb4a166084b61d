namespace EdgeDb.Core.Connections;

/// <summary>The bounds of a concurrency limit; both belong to the range.</summary>
internal readonly record struct LimitRange
{
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="minimum"/> is below 1 or <paramref name="maximum"/> is below it.</exception>
    public LimitRange(int minimum, int maximum)
    {
        if (minimum < 1)
            throw new ArgumentOutOfRangeException(nameof(minimum), minimum, "A concurrency limit is at least 1; with 0 nothing would ever run again.");
        if (maximum < minimum)
            throw new ArgumentOutOfRangeException(nameof(maximum), maximum, $"The maximum is below the minimum, which is {minimum}.");
        (Minimum, Maximum) = (minimum, maximum);
    }

    public int Minimum { get; }

    public int Maximum { get; }

    public int Clamp(int value) => Math.Clamp(value, Minimum, Maximum);

    public double Clamp(double value) => Math.Clamp(value, Minimum, Maximum);
}
