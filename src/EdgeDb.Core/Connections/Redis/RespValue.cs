using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace EdgeDb.Core.Connections;

/// <summary>
/// A value of RESP3, seen in the bytes it came in: reading it copies and allocates nothing, and it ends with the callback it was given to.
/// Aggregates are enumerated (<c>foreach</c>): the elements of an array, set or push, the fields and values of a map in turn.
/// </summary>
[SuppressMessage("Naming", "CA1720", Justification = "A value is read as a type, and the method's name says which.")]
internal readonly ref struct RespValue
{
    private readonly ReadOnlySpan<byte> _payload;
    private readonly int _count;

    private RespValue(RespKind kind, ReadOnlySpan<byte> payload, int count)
    {
        Kind = kind;
        _payload = payload;
        _count = count;
    }

    /// <summary>Its type.</summary>
    public RespKind Kind { get; }

    /// <summary>True for null: a missing key, for example.</summary>
    public bool IsNull => Kind == RespKind.Null;

    /// <summary>Elements of an aggregate, each field and each value of a map counted; 0 for anything else.</summary>
    public int Count
    {
        get
        {
            if (_count >= 0)
                return _count;
            var count = 0;
            foreach (var _ in this)
                count++;
            return count;
        }
    }

    /// <summary>A number. Throws <see cref="InvalidOperationException"/> for anything else.</summary>
    public long AsInt64() => Kind == RespKind.Number && RespGrammar.TryParseInteger(_payload, out var value) ? value : throw Unlike("a number");

    /// <summary>A double or a number. Throws <see cref="InvalidOperationException"/> for anything else.</summary>
    public double AsDouble() => Kind is RespKind.Double or RespKind.Number && RespGrammar.TryParseDouble(_payload, out var value) ? value : throw Unlike("a double");

    /// <summary>A boolean. Throws <see cref="InvalidOperationException"/> for anything else.</summary>
    public bool AsBoolean() => Kind == RespKind.Boolean ? _payload[0] == 't' : throw Unlike("a boolean");

    /// <summary>The bytes of a string of any kind, of an error or of a big number. Throws <see cref="InvalidOperationException"/> for anything else.</summary>
    public ReadOnlySpan<byte> AsBytes() => Kind switch
    {
        RespKind.BulkString when _count < 0 => Joined(),
        RespKind.SimpleString or RespKind.BulkString or RespKind.BigNumber or RespKind.Error => _payload,
        RespKind.VerbatimString => _payload[4..],
        _ => throw Unlike("a string"),
    };

    /// <summary>The same as UTF-8 text, in a new string.</summary>
    public string AsText() => Encoding.UTF8.GetString(AsBytes());

    /// <summary>Enumerates an aggregate. Anything else has no elements.</summary>
    public Enumerator GetEnumerator() => new(Kind is RespKind.Array or RespKind.Map or RespKind.Set or RespKind.Push ? _payload : default, _count);

    /// <summary>Reads the value that begins <paramref name="rest"/>, which a <see cref="RespScanner"/> has found whole, and steps behind it.</summary>
    internal static RespValue Read(scoped ref ReadOnlySpan<byte> rest)
    {
        while (rest[0] == '|')
            SkipAttribute(ref rest);
        var lineEnd = rest.IndexOf((byte)'\n') + 1;
        var type = rest[0];
        var kind = RespGrammar.KindOf(type);
        var text = rest[1..(lineEnd - 2)];
        switch (kind)
        {
            case RespKind.BulkString or RespKind.Array when text.SequenceEqual("-1"u8):
                rest = rest[lineEnd..];
                return new RespValue(RespKind.Null, default, 0);

            case RespKind.BulkString or RespKind.VerbatimString when !text.SequenceEqual("?"u8):
            case RespKind.Error when type == '!':
                var body = rest.Slice(lineEnd, Number(text));
                rest = rest[(lineEnd + body.Length + 2)..];
                return new RespValue(kind, body, 0);

            case RespKind.BulkString or RespKind.Array or RespKind.Map or RespKind.Set or RespKind.Push:
                var scanner = default(RespScanner);
                scanner.TryAdvance(rest, out var length);
                var payload = rest[lineEnd..length];
                rest = rest[length..];
                return new RespValue(kind, payload, text[0] == '?' ? -1 : kind == RespKind.Map ? Number(text) * 2 : Number(text));

            default:
                rest = rest[lineEnd..];
                return new RespValue(kind, text, 0);
        }
    }

    private static void SkipAttribute(scoped ref ReadOnlySpan<byte> rest)
    {
        var lineEnd = rest.IndexOf((byte)'\n') + 1;
        var elements = Number(rest[1..(lineEnd - 2)]) * 2;
        rest = rest[lineEnd..];
        for (; elements > 0; elements--)
            Read(ref rest);
    }

    private static int Number(ReadOnlySpan<byte> text) => RespGrammar.TryParseInteger(text, out var number) ? (int)number : 0;

    /// <summary>A streamed string in one piece. No Redis command sends one so far, so it may cost a copy.</summary>
    private byte[] Joined()
    {
        var joined = new List<byte>();
        for (var rest = _payload; ;)
        {
            var lineEnd = rest.IndexOf((byte)'\n') + 1;
            var length = Number(rest[1..(lineEnd - 2)]);
            if (length == 0)
                return [.. joined];
            joined.AddRange(rest.Slice(lineEnd, length));
            rest = rest[(lineEnd + length + 2)..];
        }
    }

    private InvalidOperationException Unlike(string expected) => new($"The answer is of type {Kind}, not {expected}.");

    /// <summary>Walks through the elements of an aggregate.</summary>
    internal ref struct Enumerator(ReadOnlySpan<byte> elements, int count)
    {
        private ReadOnlySpan<byte> _rest = elements;
        private int _left = count;

        /// <summary>The element it stands on; itself an aggregate where they nest.</summary>
        public RespValue Current { get; private set; }

        /// <summary>Steps to the next element; false after the last one.</summary>
        public bool MoveNext()
        {
            // Counted aggregates end with their bytes too, but a streamed one ends with a line of its own, before which an attribute
            // that describes nothing may stand.
            if (_left == 0 || _rest.IsEmpty)
                return false;
            while (_rest[0] == '|')
                SkipAttribute(ref _rest);
            if (_rest[0] == '.')
                return false;
            _left--;
            Current = Read(ref _rest);
            return true;
        }
    }
}
