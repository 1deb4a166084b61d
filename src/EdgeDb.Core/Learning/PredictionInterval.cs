namespace EdgeDb.Core.Learning;

/// <summary>A range that a future value is expected in. An end that is not included matters only where the value can fall exactly on it.</summary>
/// <param name="Lower">Lower end.</param>
/// <param name="Upper">Upper end; may lie below <paramref name="Lower"/>, then the interval is empty.</param>
/// <param name="IncludesLower">Whether a value equal to the lower end lies in the interval.</param>
/// <param name="IncludesUpper">Whether a value equal to the upper end lies in the interval.</param>
internal readonly record struct PredictionInterval(double Lower, double Upper, bool IncludesLower, bool IncludesUpper)
{
    public bool Contains(double value) => !IsBelow(value) && !IsAbove(value);

    /// <summary>The value is too small for the interval.</summary>
    public bool IsBelow(double value) => IncludesLower ? value < Lower : value <= Lower;

    /// <summary>The value is too large for the interval.</summary>
    public bool IsAbove(double value) => IncludesUpper ? value > Upper : value >= Upper;
}
