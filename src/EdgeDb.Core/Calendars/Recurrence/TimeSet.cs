using System.Numerics;

namespace EdgeDb.Core.Calendars;

/// <summary>Times within a day, hour or minute: every combination of hours, minutes and seconds, in order, by index and without storing them.</summary>
/// <param name="hours">Bits 0..23; bit 0 alone below DAILY. None of the three sets is empty.</param>
/// <param name="minutes">Bits 0..59; bit 0 alone below HOURLY.</param>
/// <param name="seconds">Bits 0..59; bit 0 alone for SECONDLY.</param>
internal readonly struct TimeSet(ulong hours, ulong minutes, ulong seconds)
{
    private readonly int _minutes = BitOperations.PopCount(minutes);
    private readonly int _seconds = BitOperations.PopCount(seconds);

    /// <summary>How many there are, at least 1.</summary>
    public int Count { get; } = BitOperations.PopCount(hours) * BitOperations.PopCount(minutes) * BitOperations.PopCount(seconds);

    /// <summary>Seconds of the time with a 0-based index.</summary>
    public int At(int index)
    {
        if (Count == 1)
            return Time(hours, minutes, seconds);
        (index, var second) = Math.DivRem(index, _seconds);
        var (hour, minute) = Math.DivRem(index, _minutes);
        return Time(DropLowest(hours, hour), DropLowest(minutes, minute), DropLowest(seconds, second));
    }

    private static int Time(ulong hours, ulong minutes, ulong seconds) =>
        BitOperations.TrailingZeroCount(hours) * 3600 + BitOperations.TrailingZeroCount(minutes) * 60
        + BitOperations.TrailingZeroCount(seconds);

    private static ulong DropLowest(ulong bits, int count)
    {
        while (count-- > 0)
            bits &= bits - 1;
        return bits;
    }
}
