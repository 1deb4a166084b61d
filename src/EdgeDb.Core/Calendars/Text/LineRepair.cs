using System.Text;
using System.Text.Unicode;

namespace EdgeDb.Core.Calendars;

/// <summary>Makes a line valid UTF-8 without NUL: what follows may then decode without looking.</summary>
internal static class LineRepair
{
    // Windows-1252 where it differs from Latin-1; the five bytes it leaves open stay the control characters Latin-1 has there.
    private const string Windows1252 =
        "\u20AC\u0081\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\u008D\u017D\u008F" +
        "\u0090\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\u009D\u017E\u0178";

    /// <summary>The line itself when nothing is wrong with it, else a repaired copy.</summary>
    public static ReadOnlySpan<byte> Repair(ReadOnlySpan<byte> line, int lineNumber, CalendarProblems problems)
    {
        if (line.Contains((byte)0))
        {
            problems.Add(lineNumber, "", null, "", "has NUL bytes; they were dropped", default);
            line = WithoutNul(line);
        }
        if (Utf8.IsValid(line))
            return line;

        // A sequence cut off at the very end (a fold or a length limit of the exporter) says UTF-8 all the same.
        var cut = line.Length - IncompleteTail(line);
        if (cut < line.Length && Utf8.IsValid(line[..cut]))
        {
            problems.Add(lineNumber, "", null, "", "ends within a UTF-8 sequence; it was dropped", default);
            return line[..cut];
        }
        problems.Add(lineNumber, "", null, "", "is not UTF-8; it was read as Windows-1252", default);
        return FromWindows1252(line);
    }

    private static byte[] WithoutNul(ReadOnlySpan<byte> line)
    {
        var kept = new byte[line.Length - line.Count((byte)0)];
        var length = 0;
        foreach (var b in line)
            if (b != 0)
                kept[length++] = b;
        return kept;
    }

    private static int IncompleteTail(ReadOnlySpan<byte> line)
    {
        for (var length = 1; length <= 3 && length <= line.Length; length++)
            if (line[^length] >= 0xC0)
                return length;
        return 0;
    }

    private static byte[] FromWindows1252(ReadOnlySpan<byte> line)
    {
        var utf8 = new byte[3 * line.Length];
        var length = 0;
        foreach (var b in line)
        {
            var rune = new Rune(b is >= 0x80 and < 0xA0 ? Windows1252[b - 0x80] : (char)b);
            length += rune.EncodeToUtf8(utf8.AsSpan(length));
        }
        return utf8[..length];
    }
}
