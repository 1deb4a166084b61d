using System.Text;

namespace EdgeDb.Core.Calendars;

/// <summary>
/// One content line (RFC 5545 §3.1), unfolded. The value stays raw (still escaped), so that a property nobody
/// understands is written back as it was read. Equal when name, parameters and value are, wherever it was read.
/// </summary>
public sealed record CalendarProperty
{
    // As read: a slice of the reader's memory, and the string only when somebody asks. Most values become numbers and dates.
    private byte[]? _utf8;
    private int _offset;
    private int _length;
    private string? _rawValue;

    /// <summary>A property that was not read from a file, or whose value is at hand as a string.</summary>
    /// <param name="name">Upper-case property name.</param>
    /// <param name="parameters">In the order to write.</param>
    /// <param name="rawValue">The text after the colon, already escaped.</param>
    /// <param name="line">1-based physical line, 0 when it was not read from a file.</param>
    public CalendarProperty(string name, IReadOnlyList<CalendarParameter> parameters, string rawValue, int line = 0)
    {
        Name = name;
        Parameters = parameters;
        _rawValue = rawValue;
        Line = line;
    }

    internal CalendarProperty(string name, IReadOnlyList<CalendarParameter> parameters, byte[] utf8, int offset, int length, int line)
    {
        Name = name;
        Parameters = parameters;
        (_utf8, _offset, _length) = (utf8, offset, length);
        Line = line;
    }

    /// <summary>Upper-case property name.</summary>
    public string Name { get; init; }

    /// <summary>In the order written; empty for most.</summary>
    public IReadOnlyList<CalendarParameter> Parameters { get; init; }

    /// <summary>The text after the colon, escapes untouched.</summary>
    public string RawValue
    {
        get => _rawValue ??= Encoding.UTF8.GetString(_utf8.AsSpan(_offset, _length));
        init => (_rawValue, _utf8, _offset, _length) = (value, null, 0, 0);
    }

    /// <summary>1-based physical line where the content line began; 0 when it was not read from a file.</summary>
    public int Line { get; init; }

    /// <summary><see cref="RawValue"/> as UTF-8.</summary>
    internal ReadOnlySpan<byte> Utf8
    {
        get
        {
            if (_utf8 is null)
                (_utf8, _offset, _length) = (Encoding.UTF8.GetBytes(_rawValue!), 0, Encoding.UTF8.GetByteCount(_rawValue!));
            return _utf8.AsSpan(_offset, _length);
        }
    }

    /// <summary>The value of a parameter, or null. Names compare without case.</summary>
    public string? Parameter(string name)
    {
        // By index: this runs for every date of a feed, and the enumerator of an interface is an allocation.
        for (var i = 0; i < Parameters.Count; i++)
            if (string.Equals(Parameters[i].Name, name, StringComparison.OrdinalIgnoreCase))
                return Parameters[i].Value;
        return null;
    }

    /// <inheritdoc/>
    public bool Equals(CalendarProperty? other) =>
        other is not null && Name == other.Name && Utf8.SequenceEqual(other.Utf8) && Parameters.SequenceEqual(other.Parameters);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Name);
        hash.AddBytes(Utf8);
        return hash.ToHashCode();
    }
}
