using System.Buffers.Binary;

namespace EdgeDb.Core.Connections;

/// <summary>
/// What a load forecast keeps across restarts: its newest counts, no more. Learners are not stored but learn again from the counts, which
/// takes milliseconds, and so no state of an older version of theirs can be wrong.
/// <para>
/// Little-endian: "EDLF", version byte, interval ticks (8), UTC ticks of the newest count (8), number of counts (4), the counts oldest first, FNV-1a of all
/// that (8). A count is a variable-length number: even, a whole number in zigzag form, doubled; 1, not measured; 3, eight bytes of a double follow.
/// </para>
/// </summary>
internal static class LoadForecastState
{
    private const byte Version = 1;
    private const int HeaderBytes = 4 + 1 + 8 + 8 + 4;
    private const int HashBytes = 8;
    private const int LargestCountBytes = 9;
    private const ulong NotMeasured = 1;
    private const ulong Raw = 3;

    /// <summary>Whole numbers up to this keep their sign and doubling within the variable-length form.</summary>
    private const double LargestWhole = 1L << 52;

    private static ReadOnlySpan<byte> Magic => "EDLF"u8;

    /// <summary>Writes the state. NaN stands for an interval without a count.</summary>
    public static byte[] Write(TimeSpan interval, DateTimeOffset newest, ReadOnlySpan<double> counts)
    {
        var buffer = new byte[HeaderBytes + (counts.Length * LargestCountBytes) + HashBytes];
        Magic.CopyTo(buffer);
        buffer[4] = Version;
        BinaryPrimitives.WriteInt64LittleEndian(buffer.AsSpan(5), interval.Ticks);
        BinaryPrimitives.WriteInt64LittleEndian(buffer.AsSpan(13), newest.UtcTicks);
        BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(21), counts.Length);
        var at = HeaderBytes;
        foreach (var count in counts)
        {
            if (double.IsNaN(count))
            {
                WriteNumber(buffer, ref at, NotMeasured);
            }
            else if (Math.Abs(count) <= LargestWhole && Math.Floor(count) == count)
            {
                var whole = (long)count;
                WriteNumber(buffer, ref at, (ulong)((whole << 1) ^ (whole >> 63)) << 1);
            }
            else
            {
                WriteNumber(buffer, ref at, Raw);
                BinaryPrimitives.WriteDoubleLittleEndian(buffer.AsSpan(at), count);
                at += sizeof(double);
            }
        }

        BinaryPrimitives.WriteUInt64LittleEndian(buffer.AsSpan(at), Hash(buffer.AsSpan(0, at)));
        return buffer[..(at + HashBytes)];
    }

    /// <summary>Reads a state; false when it is none, damaged, of another version or of another interval, or holds more than <paramref name="mostCounts"/>.</summary>
    public static bool TryRead(ReadOnlySpan<byte> state, TimeSpan interval, int mostCounts, out DateTimeOffset newest, out double[] counts)
    {
        (newest, counts) = (default, []);
        if (state.Length < HeaderBytes + HashBytes || !state.StartsWith(Magic) || state[4] != Version)
            return false;
        var body = state[..^HashBytes];
        if (BinaryPrimitives.ReadUInt64LittleEndian(state[^HashBytes..]) != Hash(body) || BinaryPrimitives.ReadInt64LittleEndian(body[5..]) != interval.Ticks)
            return false;
        var ticks = BinaryPrimitives.ReadInt64LittleEndian(body[13..]);
        var length = BinaryPrimitives.ReadInt32LittleEndian(body[21..]);
        // The hash is no defence against who can compute it: everything is checked as if it were not there.
        if (ticks < DateTimeOffset.MinValue.Ticks || ticks > DateTimeOffset.MaxValue.Ticks || length < 0 || length > mostCounts)
            return false;
        var read = new double[length];
        body = body[HeaderBytes..];
        foreach (ref var count in read.AsSpan())
        {
            if (!TryReadNumber(ref body, out var number))
                return false;
            if ((number & 1) == 0)
            {
                var zigzag = number >> 1;
                count = (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
            }
            else if (number == NotMeasured)
            {
                count = double.NaN;
            }
            else if (number == Raw && body.Length >= sizeof(double))
            {
                count = BinaryPrimitives.ReadDoubleLittleEndian(body);
                body = body[sizeof(double)..];
            }
            else
            {
                return false;
            }
        }

        (newest, counts) = (new DateTimeOffset(ticks, TimeSpan.Zero), read);
        return body.IsEmpty;
    }

    private static void WriteNumber(byte[] buffer, ref int at, ulong number)
    {
        for (; number >= 0x80; number >>= 7)
            buffer[at++] = (byte)(number | 0x80);
        buffer[at++] = (byte)number;
    }

    private static bool TryReadNumber(ref ReadOnlySpan<byte> body, out ulong number)
    {
        number = 0;
        for (var i = 0; i < Math.Min(body.Length, LargestCountBytes); i++)
        {
            number |= (ulong)(body[i] & 0x7F) << (7 * i);
            if (body[i] < 0x80)
            {
                body = body[(i + 1)..];
                return true;
            }
        }

        return false;
    }

    private static ulong Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = 0xCBF29CE484222325;
        foreach (var value in bytes)
            hash = (hash ^ value) * 0x100000001B3;
        return hash;
    }
}
