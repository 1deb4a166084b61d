using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EdgeDb.Core.Calendars;

/// <summary>
/// Writes JSON objects, one a line, into one buffer: text that needs no escape is transcoded in place and times are written digit by
/// digit, as there can be a quarter of a million lines.
/// </summary>
internal sealed class JsonLines(Stream stream)
{
    private const int InstantLength = 20;

    // Only what JSON demands: a title in any language stays readable.
    private static readonly JavaScriptEncoder Escapes = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _length;

    /// <summary>A JSON string, quotes included, or null.</summary>
    public void Text(string? text)
    {
        if (text is null)
        {
            Raw("null"u8);
            return;
        }

        var most = Encoding.UTF8.GetMaxByteCount(text.Length) + 2;
        if (most > _buffer.Length - _length)
            Flush();
        if (most <= _buffer.Length)
        {
            var free = _buffer.AsSpan(_length);
            var length = Encoding.UTF8.GetBytes(text, free[1..]);
            if (Escapes.FindFirstCharacterToEncodeUtf8(free.Slice(1, length)) < 0)
            {
                free[0] = free[length + 1] = (byte)'"';
                _length += length + 2;
                return;
            }
        }

        Raw("\""u8);
        Raw(JsonEncodedText.Encode(text, Escapes).EncodedUtf8Bytes);
        Raw("\""u8);
    }

    public void Raw(ReadOnlySpan<byte> json)
    {
        if (json.Length > _buffer.Length - _length)
        {
            Flush();
            if (json.Length > _buffer.Length)
            {
                stream.Write(json);
                return;
            }
        }

        json.CopyTo(_buffer.AsSpan(_length));
        _length += json.Length;
    }

    /// <summary>Begins an object, with the request's id when it had one.</summary>
    public void Begin(byte[]? id)
    {
        if (id is null)
        {
            Raw("{"u8);
            return;
        }

        Raw("{\"id\":"u8);
        Raw(id);
        Raw(","u8);
    }

    /// <summary><c>"2026-01-05T08:00:00Z"</c></summary>
    public void Instant(long seconds) => Time(seconds, InstantLength);

    /// <summary><c>"2026-01-05T09:00:00"</c></summary>
    public void Local(long seconds) => Time(seconds, InstantLength - 1);

    /// <summary><c>"2026-01-05"</c></summary>
    public void Date(long seconds) => Time(seconds, 10);

    public void Error(byte[]? id, string message)
    {
        Begin(id);
        Raw("\"error\":"u8);
        Text(message);
        Raw("}\n"u8);
    }

    public void Flush()
    {
        stream.Write(_buffer, 0, _length);
        stream.Flush();
        _length = 0;
    }

    private void Time(long seconds, int length)
    {
        // Durations can lead past the years that have four digits.
        seconds = Math.Clamp(seconds, CivilDate.MinSeconds, CivilDate.MaxSeconds);
        var days = CivilDate.FloorDiv(seconds, CivilDate.SecondsPerDay);
        var time = (int)(seconds - days * CivilDate.SecondsPerDay);
        var (year, month, day) = CivilDate.ToCivil(days);
        Span<byte> text = stackalloc byte[InstantLength + 2];
        Two(text, 1, year / 100);
        Two(text, 3, year % 100);
        text[5] = (byte)'-';
        Two(text, 6, month);
        text[8] = (byte)'-';
        Two(text, 9, day);
        text[11] = (byte)'T';
        Two(text, 12, time / 3600);
        text[14] = (byte)':';
        Two(text, 15, time / 60 % 60);
        text[17] = (byte)':';
        Two(text, 18, time % 60);
        text[20] = (byte)'Z';
        text[0] = text[length + 1] = (byte)'"';
        Raw(text[..(length + 2)]);
    }

    private static void Two(Span<byte> text, int at, int number)
    {
        text[at] = (byte)('0' + number / 10);
        text[at + 1] = (byte)('0' + number % 10);
    }
}
