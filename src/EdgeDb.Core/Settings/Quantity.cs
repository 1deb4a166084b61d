using System.Globalization;

namespace EdgeDb.Core.Settings;

/// <summary>A whole number with a unit behind it, such as <c>250ms</c> or <c>16MB</c>.</summary>
/// <param name="units">The units by size, the smallest first.</param>
internal sealed class Quantity(params (string Name, long Size)[] units)
{
    /// <summary>Times, in ticks.</summary>
    public static Quantity Time { get; } = new(
        ("ms", TimeSpan.TicksPerMillisecond), ("s", TimeSpan.TicksPerSecond), ("min", TimeSpan.TicksPerMinute), ("h", TimeSpan.TicksPerHour),
        ("d", TimeSpan.TicksPerDay));

    /// <summary>Sizes, in bytes; a MB has 1,048,576, as people mean it of memory.</summary>
    public static Quantity Size { get; } = new(("B", 1), ("KB", 1024), ("MB", 1024 * 1024), ("GB", 1024 * 1024 * 1024));

    /// <summary>Matches what <see cref="TryRead"/> takes, as a regular expression of JSON Schema.</summary>
    public string Pattern => $"^-?[0-9]+({string.Join('|', units.Select(static unit => unit.Name))})$";

    /// <summary>False when it has another form, or is too large to be counted.</summary>
    public bool TryRead(string text, out long value)
    {
        var digits = text.AsSpan().TrimEnd("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
        foreach (var (name, size) in units)
        {
            if (text.AsSpan(digits.Length).Equals(name, StringComparison.Ordinal)
                && int.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            {
                value = number * size;
                return true;
            }
        }

        value = 0;
        return false;
    }

    /// <summary>In the largest unit that leaves no rest.</summary>
    public string Write(long value)
    {
        var (name, size) = value == 0 ? units.First(static unit => unit.Name.Length == 1) : units.Last(unit => value % unit.Size == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{value / size}{name}");
    }
}
