using System.Buffers;
using System.Text;

namespace EdgeDb.Core.Calendars;

/// <summary>
/// Writes components and properties as RFC 5545 wants them: CRLF, lines folded at 75 octets but never within a character, parameter values
/// quoted and RFC 6868-encoded where needed. Properties keep their order and raw values, known or not, so that reading, writing and reading
/// gives the same again.
/// </summary>
public sealed class CalendarWriter(IBufferWriter<byte> output)
{
    private const int MaxLineOctets = 75;

    private static readonly SearchValues<char> ParameterSpecials = SearchValues.Create("^\"\r\n\0");
    private static readonly SearchValues<char> QuotedSpecials = SearchValues.Create(":;,");

    private readonly ArrayBufferWriter<byte> _line = new(256);

    /// <summary>The text of one component.</summary>
    public static byte[] ToUtf8(CalendarComponent component)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        new CalendarWriter(output).Write(component);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Writes <c>BEGIN:</c>; every call needs its <see cref="End"/>.</summary>
    public void Begin(string name) => WriteSimple("BEGIN", name);

    /// <summary>Writes <c>END:</c>.</summary>
    public void End(string name) => WriteSimple("END", name);

    /// <summary>Writes a component with all it holds: its properties, then its nested components.</summary>
    public void Write(CalendarComponent component)
    {
        ArgumentNullException.ThrowIfNull(component);
        Begin(component.Name);
        foreach (var property in component.Properties)
            Write(property);
        if (component.HasComponents)
            foreach (var nested in component.Components)
                Write(nested);
        End(component.Name);
    }

    /// <summary>Writes a property without parameters.</summary>
    /// <param name="name">Upper-case name.</param>
    /// <param name="rawValue">Already escaped.</param>
    public void WriteSimple(string name, string rawValue)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(rawValue);
        Append(name);
        Append(":");
        AppendValue(Encoding.UTF8.GetBytes(rawValue));
        Flush();
    }

    /// <summary>Writes a property.</summary>
    public void Write(CalendarProperty property)
    {
        ArgumentNullException.ThrowIfNull(property);
        Append(property.Name);
        for (var i = 0; i < property.Parameters.Count; i++)
        {
            var parameter = property.Parameters[i];
            Append(";");
            Append(parameter.Name);
            var separator = "=";
            for (var v = 0; v < parameter.Values.Count; v++)
            {
                Append(separator);
                AppendParameterValue(parameter.Values[v]);
                separator = ",";
            }
        }
        Append(":");
        AppendValue(property.Utf8);
        Flush();
    }

    private void Append(ReadOnlySpan<char> text) => _line.Advance(Encoding.UTF8.GetBytes(text, _line.GetSpan(3 * text.Length)));

    private void AppendParameterValue(ReadOnlySpan<char> value)
    {
        // Quoting keeps blanks at the ends, too, which a reader may trim otherwise.
        var quoted = value.ContainsAny(QuotedSpecials) || value is [' ' or '\t', ..] or [.., ' ' or '\t'];
        if (quoted)
            Append("\"");
        for (var next = value.IndexOfAny(ParameterSpecials); next >= 0; next = value.IndexOfAny(ParameterSpecials))
        {
            Append(value[..next]);
            var special = value[next];
            if (special == '\r' && next + 1 < value.Length && value[next + 1] == '\n')
                next++;
            Append(special switch { '^' => "^^", '"' => "^'", '\0' => "", _ => "^n" });
            value = value[(next + 1)..];
        }
        Append(value);
        if (quoted)
            Append("\"");
    }

    // A raw value read from a file has neither line breaks nor NUL. One that code made might, and must not become a line of its own.
    private void AppendValue(ReadOnlySpan<byte> value)
    {
        for (var next = value.IndexOfAny((byte)'\r', (byte)'\n', (byte)0); next >= 0; next = value.IndexOfAny((byte)'\r', (byte)'\n', (byte)0))
        {
            _line.Write(value[..next]);
            if (value[next] == '\n')
                _line.Write("\\n"u8);
            value = value[(next + 1)..];
        }
        _line.Write(value);
    }

    private void Flush()
    {
        var line = _line.WrittenSpan;
        for (var room = MaxLineOctets; line.Length > room; room = MaxLineOctets - 1)
        {
            var length = room;
            while (length > 1 && (line[length] & 0xC0) == 0x80)
                length--;
            output.Write(line[..length]);
            output.Write("\r\n "u8);
            line = line[length..];
        }
        output.Write(line);
        output.Write("\r\n"u8);
        _line.ResetWrittenCount();
    }
}
