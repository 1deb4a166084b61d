namespace EdgeDb.Core.Calendars;

/// <summary>Splits a stream into lines of bounded length; blank ones are left out.</summary>
internal sealed class RequestLineReader(Stream stream)
{
    /// <summary>A calendar of the largest feed size with every byte escaped to two fits in it.</summary>
    public const int MaxLineBytes = 32 << 20;

    private byte[] _buffer = new byte[4096];
    private int _start;
    private int _end;

    /// <summary>The next line without its end; valid until the next call.</summary>
    /// <exception cref="CalendarRequestException">The line is longer than <see cref="MaxLineBytes"/>.</exception>
    public bool TryRead(out ReadOnlyMemory<byte> line)
    {
        while (true)
        {
            var found = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (found < 0 && Fill())
                continue;
            var length = found < 0 ? _end - _start : found;
            line = _buffer.AsMemory(_start, length);
            _start += found < 0 ? length : length + 1;
            if (!line.Span.Trim(" \t\r"u8).IsEmpty)
                return true;
            if (found < 0)
                return false;
        }
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            if (_end >= MaxLineBytes)
                throw new CalendarRequestException($"a request is longer than {MaxLineBytes} bytes");
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        return read > 0;
    }
}
