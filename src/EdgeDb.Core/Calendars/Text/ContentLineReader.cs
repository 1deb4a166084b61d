using System.Buffers;
using System.Text;

namespace EdgeDb.Core.Calendars;

/// <summary>
/// Cuts a stream into unfolded content lines (RFC 5545 §3.1). A line that lies whole in the buffer is handed out without a copy; each
/// byte is copied at most once otherwise, so the cost is linear whatever is sent.
/// </summary>
/// <remarks>
/// CRLF, LF and lone CR end a line, in any mix. Blank lines are skipped and do not break a fold: exporters that write <c>\r\r\n</c>, or
/// an empty line within a folded text, mean one line. Lines handed out are valid UTF-8 without NUL.
/// </remarks>
internal sealed class ContentLineReader(Stream stream, CalendarProblems problems, CalendarReaderLimits limits) : IDisposable
{
    private const int BufferBytes = 64 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private int _position;
    private int _end;
    private bool _atEnd;
    private long _bytesRead;
    private bool _started;
    private Utf16Transcoder? _utf16;

    // False while every byte of the buffer is ASCII other than NUL, which spares the check of each line.
    private bool _needsRepair;

    // The part of the current line that no longer lies in the buffer or was folded.
    private byte[] _line = ArrayPool<byte>.Shared.Rent(1024);
    private int _lineLength;
    private bool _lineNeedsRepair;
    private bool _overlong;

    // Within the buffer: a segment whose line end was seen, while its successor decides whether the line goes on.
    private int _segmentStart;
    private int _segmentLength;
    private bool _inBreak;
    private bool _lastWasCr;
    private int _breaks;

    /// <summary>1-based physical line on which the line handed out last began.</summary>
    public int LineNumber { get; private set; } = 1;

    private int _nextLineNumber = 1;

    /// <summary>
    /// Takes the next line out of what is buffered; false when <see cref="Fill"/> must be called first. The span is valid until the
    /// next call of either.
    /// </summary>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        while (true)
        {
            if (!_inBreak)
            {
                var rest = _buffer.AsSpan(_position, _end - _position);
                var length = rest.IndexOfAny((byte)'\r', (byte)'\n');
                if (length < 0)
                {
                    Append(rest);
                    _position = _end;
                    if (_atEnd && _lineLength > 0)
                        return Emit(out line);
                    line = default;
                    return false;
                }
                (_segmentStart, _segmentLength) = (_position, length);
                _position += length;
                _inBreak = true;
            }

            SkipBreaks();
            if (_position == _end)
            {
                KeepSegment();
                if (_atEnd && _lineLength > 0)
                    return Emit(out line);
                line = default;
                return false;
            }
            _inBreak = false;
            if (_buffer[_position] is not ((byte)' ' or (byte)'\t'))
            {
                if (_lineLength + _segmentLength > 0)
                    return Emit(out line);
                LineNumber = _nextLineNumber += _breaks;
                _breaks = 0;
                continue;
            }
            KeepSegment();
            _position++;
        }
    }

    /// <summary>Reads more from the stream; false at its end, after <see cref="TryRead"/> has given the last line.</summary>
    /// <exception cref="CalendarLimitException">The stream is longer than allowed.</exception>
    public bool Fill() => !_atEnd && Accept(stream.Read(Target()));

    /// <inheritdoc cref="Fill"/>
    public ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_atEnd)
            return ValueTask.FromResult(false);
        var read = stream.ReadAsync(TargetMemory(), cancellationToken);
        return read.IsCompletedSuccessfully ? ValueTask.FromResult(Accept(read.Result)) : Awaited(read);

        async ValueTask<bool> Awaited(ValueTask<int> pending) => Accept(await pending.ConfigureAwait(false));
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(Interlocked.Exchange(ref _buffer, []));
        ArrayPool<byte>.Shared.Return(Interlocked.Exchange(ref _line, []));
        (_position, _end, _atEnd) = (0, 0, true);
    }

    private void SkipBreaks()
    {
        for (; _position < _end; _position++)
        {
            var c = _buffer[_position];
            if (c == '\n')
                _breaks += _lastWasCr ? 0 : 1;
            else if (c == '\r')
                _breaks++;
            else
                break;
            _lastWasCr = c == '\r';
        }
        if (_position < _end)
            _lastWasCr = false;
    }

    private bool Emit(out ReadOnlySpan<byte> line)
    {
        if (_lineLength > 0 || _segmentLength > limits.MaxLineBytes)
            KeepSegment();
        LineNumber = _nextLineNumber;
        _nextLineNumber += _breaks;
        _breaks = 0;
        if (_lineLength > 0)
        {
            line = _line.AsSpan(0, _lineLength);
            if (_lineNeedsRepair)
                line = LineRepair.Repair(line, LineNumber, problems);
            if (_overlong)
                problems.Add(LineNumber, "", null, "", $"is longer than {limits.MaxLineBytes} bytes; the rest was dropped", line);
            (_lineLength, _lineNeedsRepair, _overlong) = (0, false, false);
            return true;
        }
        line = _buffer.AsSpan(_segmentStart, _segmentLength);
        if (_needsRepair)
            line = LineRepair.Repair(line, LineNumber, problems);
        _segmentLength = 0;
        return true;
    }

    private void KeepSegment()
    {
        Append(_buffer.AsSpan(_segmentStart, _segmentLength));
        _segmentLength = 0;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        var room = limits.MaxLineBytes - _lineLength;
        if (bytes.Length > room)
        {
            _overlong = true;
            bytes = bytes[..Math.Max(room, 0)];
            // The cut may split a UTF-8 sequence.
            _lineNeedsRepair = true;
        }
        if (_lineLength + bytes.Length > _line.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_lineLength + bytes.Length, 2 * _line.Length));
            _line.AsSpan(0, _lineLength).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_line);
            _line = larger;
        }
        bytes.CopyTo(_line.AsSpan(_lineLength));
        _lineLength += bytes.Length;
        _lineNeedsRepair |= _needsRepair;
    }

    private Span<byte> Target() => TargetMemory().Span;

    private Memory<byte> TargetMemory() =>
        !_started ? _buffer.AsMemory(_end, Utf16Transcoder.SourceBytes - _end) : _utf16?.Target ?? _buffer.AsMemory(0, BufferBytes);

    // Everything buffered was consumed before: TryRead returns false only then.
    private bool Accept(int count)
    {
        _bytesRead += count;
        if (_bytesRead > limits.MaxBytes)
            throw new CalendarLimitException(nameof(CalendarReaderLimits.MaxBytes), limits.MaxBytes, "bytes");
        _atEnd = count == 0;
        if (!_started)
        {
            _end += count;
            if (_end < Utf16Transcoder.DetectionBytes && !_atEnd)
            {
                // A network stream may begin with a single byte. Nothing can be read before the encoding is known.
                _position = _end;
                return true;
            }
            Start();
        }
        else
        {
            _position = 0;
            _end = _utf16?.Transcode(count, _buffer) ?? count;
        }
        var filled = _buffer.AsSpan(_position, _end - _position);
        _needsRepair = !Ascii.IsValid(filled) || filled.Contains((byte)0);
        // The end of the stream completes a last line that had no line end, so TryRead has to look once more.
        return !filled.IsEmpty || !_atEnd || _lineLength > 0;
    }

    private void Start()
    {
        _started = true;
        _position = 0;
        var start = _buffer.AsSpan(0, _end);
        if (Utf16Transcoder.Detect(start) is { } utf16)
        {
            _utf16 = utf16;
            start.CopyTo(utf16.Target.Span);
            _end = utf16.Transcode(_end, _buffer);
            start = _buffer.AsSpan(0, _end);
        }
        if (start.StartsWith(Encoding.UTF8.Preamble))
            _position = Encoding.UTF8.Preamble.Length;
    }
}
