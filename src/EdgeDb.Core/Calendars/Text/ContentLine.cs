namespace EdgeDb.Core.Calendars;

/// <summary>One unfolded content line cut into its three parts; nothing is decoded yet.</summary>
internal readonly ref struct ContentLine
{
    private ContentLine(ReadOnlySpan<byte> name, ReadOnlySpan<byte> parameters, ReadOnlySpan<byte> value)
    {
        Name = name;
        Parameters = parameters;
        Value = value;
    }

    /// <summary>The name, ASCII, in the case written.</summary>
    public ReadOnlySpan<byte> Name { get; }

    /// <summary>Everything from the first semicolon to the colon of the value; empty without parameters.</summary>
    public ReadOnlySpan<byte> Parameters { get; }

    /// <summary>Everything after the colon.</summary>
    public ReadOnlySpan<byte> Value { get; }

    /// <summary>False when the line has no name or no colon, as the second line of a text that was never folded.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out ContentLine result)
    {
        result = default;
        // Concatenated files carry their byte order marks into the middle.
        if (line.StartsWith("\uFEFF"u8))
            line = line[3..];
        line = line.TrimStart(" \t"u8);
        var nameEnd = line.IndexOfAny((byte)':', (byte)';');
        if (nameEnd < 0)
            return false;
        var name = line[..nameEnd].TrimEnd(" \t"u8);
        if (!IsName(name))
            return false;
        if (line[nameEnd] == ':')
        {
            result = new ContentLine(name, default, line[(nameEnd + 1)..]);
            return true;
        }

        var parameters = line[nameEnd..];
        var colon = ValueColon(parameters);
        if (colon < 0)
            return false;
        result = new ContentLine(name, parameters[..colon], parameters[(colon + 1)..]);
        return true;
    }

    /// <summary>True for the names RFC 5545 allows, and for those with the underscore of some X- names or the dot of vCard's groups.</summary>
    public static bool IsName(ReadOnlySpan<byte> name)
    {
        foreach (var c in name)
            if (!char.IsAsciiLetterOrDigit((char)c) && c is not ((byte)'-' or (byte)'_' or (byte)'.'))
                return false;
        return !name.IsEmpty;
    }

    private static int ValueColon(ReadOnlySpan<byte> parameters)
    {
        var scanner = new ParameterScanner(parameters);
        while (scanner.Next(out var at))
        {
            if (parameters[at] != ':')
                continue;
            // Outlook and its kin leave the quotes off TZID=(UTC+01:00) Berlin. A date never begins like the rest of such a name does, so the
            // last colon is meant then.
            var zone = parameters[..at].LastIndexOf(";TZID="u8);
            if (zone < 0 || !parameters[(zone + 6)..at].Contains((byte)'(') || IsDate(parameters[(at + 1)..]))
                return at;
            return parameters.LastIndexOf((byte)':');
        }
        // A quote that is never closed by a proper delimiter swallowed the colon; without it the value is still there.
        return scanner.SawQuote ? parameters.LastIndexOf((byte)':') : -1;
    }

    private static bool IsDate(ReadOnlySpan<byte> text) =>
        text.TrimStart((byte)' ') is { Length: >= 8 } date && date[..8].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
}
