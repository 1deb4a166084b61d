using System.Buffers;
using System.Text;

namespace EdgeDb.Core.Calendars;

/// <summary>TEXT values (RFC 5545 §3.3.11): escaping, unescaping and lists.</summary>
public static class CalendarText
{
    // Values of one list; a feed of nothing but commas must not become a million strings.
    private const int MaxListValues = 1_000;

    private static readonly SearchValues<char> Escaped = SearchValues.Create("\\;,\n\r\0");

    /// <summary>
    /// The text meant by a raw value. Beside <c>\\ \; \, \n \N</c> the usual wrong escapes <c>\: \"</c> are resolved and
    /// <c>\r\n</c> is one line break; a backslash before anything else stays, as in a Windows path nobody escaped.
    /// </summary>
    public static string Unescape(string rawValue)
    {
        ArgumentNullException.ThrowIfNull(rawValue);
        return rawValue.Contains('\\') ? Unescape(Encoding.UTF8.GetBytes(rawValue)) : rawValue;
    }

    /// <summary>The raw value of a text: line breaks of any kind become <c>\n</c>, NUL is dropped.</summary>
    public static string Escape(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var next = text.AsSpan().IndexOfAny(Escaped);
        if (next < 0)
            return text;

        var raw = new StringBuilder(text.Length + 16);
        var at = 0;
        for (; next >= 0; next = text.AsSpan(at).IndexOfAny(Escaped))
        {
            raw.Append(text, at, next);
            at += next + 1;
            var c = text[at - 1];
            if (c == '\r' && at < text.Length && text[at] == '\n')
                at++;
            if (c is '\n' or '\r')
                raw.Append("\\n");
            else if (c != '\0')
                raw.Append('\\').Append(c);
        }
        return raw.Append(text, at, text.Length - at).ToString();
    }

    /// <inheritdoc cref="Unescape(string)"/>
    internal static string Unescape(ReadOnlySpan<byte> raw)
    {
        var next = raw.IndexOf((byte)'\\');
        if (next < 0)
            return Encoding.UTF8.GetString(raw);

        var rented = ArrayPool<byte>.Shared.Rent(raw.Length);
        var length = 0;
        for (; next >= 0; next = raw.IndexOf((byte)'\\'))
        {
            raw[..next].CopyTo(rented.AsSpan(length));
            length += next;
            raw = raw[next..];
            var (consumed, text) = raw switch
            {
                [_, (byte)'r' or (byte)'R', (byte)'\\', (byte)'n' or (byte)'N', ..] => (4, (byte)'\n'),
                [_, (byte)'n' or (byte)'N', ..] => (2, (byte)'\n'),
                [_, (byte)'\\' or (byte)';' or (byte)',' or (byte)':' or (byte)'"', ..] => (2, raw[1]),
                _ => (1, (byte)'\\'),
            };
            rented[length++] = text;
            raw = raw[consumed..];
        }
        raw.CopyTo(rented.AsSpan(length));
        length += raw.Length;
        var result = Encoding.UTF8.GetString(rented.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(rented);
        return result;
    }

    /// <summary>Adds the values of a comma-separated list, unescaped and trimmed; empty ones are left out.</summary>
    internal static void AddList(ReadOnlySpan<byte> raw, List<string> values)
    {
        while (!raw.IsEmpty && values.Count < MaxListValues)
        {
            var end = UnescapedComma(raw);
            var value = raw[..end].Trim(" \t"u8);
            if (!value.IsEmpty)
                values.Add(Unescape(value));
            raw = raw[Math.Min(end + 1, raw.Length)..];
        }
    }

    private static int UnescapedComma(ReadOnlySpan<byte> raw)
    {
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] == ',')
                return i;
            if (raw[i] == '\\')
                i++;
        }
        return raw.Length;
    }
}
