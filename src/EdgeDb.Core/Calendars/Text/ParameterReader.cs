using System.Text;

namespace EdgeDb.Core.Calendars;

/// <summary>
/// Decodes the parameter part of a content line. Feeds repeat the same few (<c>;TZID=Europe/Berlin</c>, <c>;VALUE=DATE</c>) on nearly every
/// date, so short ones are kept and shared, which also interns the TZIDs.
/// </summary>
internal sealed class ParameterReader(CalendarNames names, CalendarReaderLimits limits)
{
    private const int MaxKeptBytes = 96;

    private readonly record struct Entry(byte[] Text, CalendarParameter[] Parameters);

    // Direct mapped: a colliding text takes the place of the older one, which bounds both the work and the memory.
    private readonly Entry[] _kept = new Entry[64];

    /// <summary>The parameters in the order written; <paramref name="dropped"/> when some were over the bounds or had no proper name.</summary>
    public CalendarParameter[] Read(ReadOnlySpan<byte> text, out bool dropped)
    {
        dropped = false;
        if (text.IsEmpty)
            return [];
        if (text.Length > MaxKeptBytes)
            return Decode(text, out dropped);

        ref var entry = ref _kept[Hash(text) % (uint)_kept.Length];
        if (entry.Text is null || !text.SequenceEqual(entry.Text))
        {
            var parameters = Decode(text, out dropped);
            if (dropped)
                return parameters;
            entry = new Entry(text.ToArray(), parameters);
        }
        return entry.Parameters;
    }

    private CalendarParameter[] Decode(ReadOnlySpan<byte> text, out bool dropped)
    {
        dropped = false;
        var parameters = new List<CalendarParameter>(4);
        var values = new List<string>(1);
        string? name = null;
        var start = 0;
        var scanner = new ParameterScanner(text);
        bool more;
        do
        {
            more = scanner.Next(out var at);
            var delimiter = more ? text[at] : (byte)';';
            // A zone has one name: the comma in an unquoted "(UTC+01:00) Berlin, Rome" separates nothing.
            if (delimiter == ':' || (delimiter == '=' && name is not null) || (delimiter == ',' && name is null or "TZID"))
                continue;
            var part = text[start..at];
            start = Math.Min(at + 1, text.Length);
            if (delimiter == '=')
            {
                name = Name(part);
                continue;
            }
            if (name is null)
                name = Name(part);
            else if (values.Count < limits.MaxParameters)
                values.Add(Value(part));
            else
                dropped = true;
            if (delimiter != ';')
                continue;

            if (name.Length > 0 && parameters.Count < limits.MaxParameters)
                parameters.Add(new CalendarParameter(name, values.ToArray()));
            else
                // Doubled and trailing semicolons lose nothing.
                dropped |= !part.IsEmpty;
            values.Clear();
            name = null;
        }
        while (more);
        return parameters.ToArray();
    }

    // Empty for what could not be written back as it was read.
    private string Name(ReadOnlySpan<byte> name)
    {
        name = name.Trim(" \t"u8);
        return ContentLine.IsName(name) ? names.Get(name) : "";
    }

    private static string Value(ReadOnlySpan<byte> value)
    {
        if (value is [(byte)'"', .. var quoted, (byte)'"'])
            value = quoted;
        return value.Contains((byte)'^') ? DecodeCarets(value) : Encoding.UTF8.GetString(value);
    }

    // RFC 6868: ^n is a line break, ^' a quote, ^^ a caret; any other caret stays.
    private static string DecodeCarets(ReadOnlySpan<byte> value)
    {
        var source = Encoding.UTF8.GetString(value);
        var text = new StringBuilder(source.Length);
        for (var i = 0; i < source.Length; i++)
        {
            var replacement = source[i] != '^' || i + 1 == source.Length ? '\0' : source[i + 1] switch
            {
                'n' => '\n',
                '\'' => '"',
                '^' => '^',
                _ => '\0',
            };
            if (replacement == '\0')
            {
                text.Append(source[i]);
                continue;
            }
            text.Append(replacement);
            i++;
        }
        return text.ToString();
    }

    private static uint Hash(ReadOnlySpan<byte> text)
    {
        var hash = 2166136261u;
        foreach (var c in text)
            hash = (hash ^ c) * 16777619u;
        return hash ^ (hash >> 15);
    }
}
