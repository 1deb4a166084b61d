using System.Runtime.CompilerServices;

namespace EdgeDb.Core.Connections;

/// <summary>
/// Finds the end of one RESP3 message in bytes that arrive in pieces, and checks its form. Needs no byte twice: what it has consumed
/// may be thrown away, which is how an answer that is too large is skipped without losing its neighbours. Linear in the bytes, and
/// its own size is fixed. Start each message with a fresh one.
/// </summary>
internal struct RespScanner
{
    // What a frame of the stack still expects: a number of elements, or these.
    private const int Streamed = -1;
    private const int StreamedPairs = -2;
    private const int StreamedPairsOdd = -3;

    private Frames _frames;
    private long _total;
    private int _depth;
    private int _elements;
    private int _bodyLeft;
    private int _searched;
    private Part _part;

    private enum Part : byte
    {
        Line,
        Body,
        BodyEnd,
        ChunkLine,
        ChunkBody,
        ChunkEnd,
    }

    /// <summary>Kind of the message, known from its first line on.</summary>
    public RespKind Kind { get; private set; }

    /// <summary>Bytes that the message needs at least beyond those consumed; 0 when unknown. Lets the buffer grow once for a large string.</summary>
    public readonly int Needed => _part is Part.Body or Part.ChunkBody ? _bodyLeft + 2 : 0;

    /// <summary>
    /// Reads on. Throws <see cref="RedisException"/> when this is not RESP3 or exceeds a bound of <see cref="RespGrammar"/>: nothing after
    /// that point can be understood.
    /// </summary>
    /// <param name="bytes">What follows the bytes consumed so far; begins with the same bytes as last time, less those consumed.</param>
    /// <param name="consumed">How many of them were consumed.</param>
    /// <returns>True when the message ends with them.</returns>
    public bool TryAdvance(ReadOnlySpan<byte> bytes, out int consumed)
    {
        var whole = Advance(bytes, out consumed);
        _total += consumed;
        return _total <= RespGrammar.MaxMessageBytes ? whole : throw Broken($"a message is larger than {RespGrammar.MaxMessageBytes} bytes");
    }

    private bool Advance(ReadOnlySpan<byte> bytes, out int consumed)
    {
        consumed = 0;
        while (true)
        {
            var rest = bytes[consumed..];
            switch (_part)
            {
                case Part.Body or Part.ChunkBody:
                    var taken = Math.Min(rest.Length, _bodyLeft);
                    consumed += taken;
                    _bodyLeft -= taken;
                    if (_bodyLeft > 0)
                        return false;
                    _part++;
                    break;

                case Part.BodyEnd or Part.ChunkEnd:
                    if (rest.Length < 2)
                        return false;
                    if (!rest.StartsWith("\r\n"u8))
                        throw Broken("a string does not end where its length says");
                    consumed += 2;
                    if (_part == Part.ChunkEnd)
                        _part = Part.ChunkLine;
                    else if (EndElement())
                        return true;
                    break;

                default:
                    if (!TryTakeLine(rest, out var line))
                        return false;
                    consumed += line.Length + 2;
                    if (_part == Part.ChunkLine ? ReadChunkLine(line) : ReadLine(line))
                        return true;
                    break;
            }
        }
    }

    private static RedisException Broken(string what) => new(
        RedisFailure.Protocol, $"The server does not speak RESP3: {what}. Check that Address names a Redis server and that nothing in between changes its answers.");

    private static int Length(ReadOnlySpan<byte> text, int most, string what)
    {
        if (!RespGrammar.TryParseInteger(text, out var length) || length < 0)
            throw Broken($"the length of {what} is no number");
        if (length > most)
            throw Broken($"{what} announces {length} bytes or elements; the most is {most}");
        return (int)length;
    }

    private bool TryTakeLine(ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> line)
    {
        var end = rest[_searched..].IndexOf((byte)'\n');
        end = end < 0 ? end : end + _searched;
        if (end > RespGrammar.MaxLineBytes || (end < 0 && rest.Length > RespGrammar.MaxLineBytes))
            throw Broken($"a line is longer than {RespGrammar.MaxLineBytes} bytes");
        if (end < 0)
        {
            _searched = rest.Length;
            line = default;
            return false;
        }

        _searched = 0;
        if (end < 2 || rest[end - 1] != '\r')
            throw Broken("a line is empty or does not end with CR LF");
        line = rest[..(end - 1)];
        return true;
    }

    /// <summary>Reads the line that begins an element; true when the message ends with it.</summary>
    private bool ReadLine(ReadOnlySpan<byte> line)
    {
        var text = line[1..];
        if (++_elements > RespGrammar.MaxElements)
            throw Broken($"a message has more than {RespGrammar.MaxElements} elements");
        switch (line[0])
        {
            case (byte)'.' when text.IsEmpty:
                return EndStreamed();
            case (byte)'|':
                Push(Length(text, RespGrammar.MaxElements / 2, "an attribute") * 2, attribute: true);
                return false;
            case (byte)'>' when _depth > 0:
                throw Broken("a push begins inside of another message");
        }

        var kind = RespGrammar.KindOf(line[0]);
        if (_depth == 0)
            Kind = kind;
        switch (kind)
        {
            case RespKind.BulkString or RespKind.VerbatimString:
            case RespKind.Error when line[0] == '!':
                return ReadStringLength(kind, text);
            case RespKind.Array or RespKind.Map or RespKind.Set or RespKind.Push:
                return ReadCount(kind, text);
            case RespKind.Number when !RespGrammar.TryParseInteger(text, out _):
            case RespKind.Double when !RespGrammar.TryParseDouble(text, out _):
            case RespKind.BigNumber when !RespGrammar.IsBigNumber(text):
            case RespKind.Boolean when text is not [(byte)'t' or (byte)'f']:
            case RespKind.Null when !text.IsEmpty:
                throw Broken($"a value of type {kind} is misspelt");
            case RespKind.None:
                throw Broken($"a value begins with the byte 0x{line[0]:X2}");
            default:
                return EndElement();
        }
    }

    private bool ReadStringLength(RespKind kind, ReadOnlySpan<byte> text)
    {
        if (kind == RespKind.BulkString && text.SequenceEqual("-1"u8))
            return EndNull();
        if (kind == RespKind.BulkString && text.SequenceEqual("?"u8))
        {
            _part = Part.ChunkLine;
            return false;
        }

        _bodyLeft = Length(text, RespGrammar.MaxStringBytes, "a string");
        if (kind == RespKind.VerbatimString && _bodyLeft < 4)
            throw Broken("a verbatim string has no format");
        _part = Part.Body;
        return false;
    }

    private bool ReadChunkLine(ReadOnlySpan<byte> line)
    {
        if (line[0] != ';')
            throw Broken("a streamed string is interrupted");
        _bodyLeft = Length(line[1..], RespGrammar.MaxStringBytes, "a part of a string");
        if (++_elements > RespGrammar.MaxElements)
            throw Broken($"a message has more than {RespGrammar.MaxElements} elements");
        if (_bodyLeft == 0)
            return EndElement();
        _part = Part.ChunkBody;
        return false;
    }

    private bool ReadCount(RespKind kind, ReadOnlySpan<byte> text)
    {
        if (kind == RespKind.Array && text.SequenceEqual("-1"u8))
            return EndNull();
        if (kind != RespKind.Push && text.SequenceEqual("?"u8))
        {
            Push(kind == RespKind.Map ? StreamedPairs : Streamed, attribute: false);
            return false;
        }

        var count = kind == RespKind.Map
            ? Length(text, RespGrammar.MaxElements / 2, "a map") * 2
            : Length(text, RespGrammar.MaxElements, "an aggregate");
        if (count == 0)
            return EndElement();
        Push(count, attribute: false);
        return false;
    }

    private bool EndNull()
    {
        if (_depth == 0)
            Kind = RespKind.Null;
        return EndElement();
    }

    private bool EndStreamed()
    {
        if (_depth == 0 || _frames[_depth - 1] is not { Attribute: false, Left: Streamed or StreamedPairs })
            throw Broken("an end stands where nothing streamed can end");
        _depth--;
        return EndElement();
    }

    private void Push(int left, bool attribute)
    {
        if (left == 0)
            return;
        if (_depth == RespGrammar.MaxDepth)
            throw Broken($"aggregates are nested deeper than {RespGrammar.MaxDepth}");
        _frames[_depth++] = new Frame(left, attribute);
    }

    /// <summary>An element is whole; true when the message is.</summary>
    private bool EndElement()
    {
        _part = Part.Line;
        while (_depth > 0)
        {
            ref var frame = ref _frames[_depth - 1];
            switch (frame.Left)
            {
                case Streamed:
                    return false;
                case StreamedPairs:
                    frame.Left = StreamedPairsOdd;
                    return false;
                case StreamedPairsOdd:
                    frame.Left = StreamedPairs;
                    return false;
            }

            if (--frame.Left > 0)
                return false;
            _depth--;
            // An attribute is no element: what it describes follows.
            if (frame.Attribute)
                return false;
        }

        return true;
    }

    private struct Frame(int left, bool attribute)
    {
        public int Left = left;
        public readonly bool Attribute = attribute;
    }

    [InlineArray(RespGrammar.MaxDepth)]
    private struct Frames
    {
        private Frame _first;
    }
}
