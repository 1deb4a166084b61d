using System.Buffers.Text;
using System.Text;

namespace EdgeDb.Core.Connections;

/// <summary>What the scanner and the views of RESP3 share: the type bytes, the bounds and the spelling of numbers.</summary>
/// <remarks>https://github.com/redis/redis-specifications/blob/master/protocol/RESP3.md</remarks>
internal static class RespGrammar
{
    /// <summary>Aggregates within each other. Redis' own answers nest at most five deep; the bound keeps hostile input off the stack.</summary>
    public const int MaxDepth = 32;

    /// <summary>Elements of one message, nested ones included.</summary>
    public const int MaxElements = 1 << 24;

    /// <summary>Largest string: the default of Redis' own <c>proto-max-bulk-len</c>.</summary>
    public const int MaxStringBytes = 512 << 20;

    /// <summary>Largest message; also what is skipped of one that a connection does not take.</summary>
    public const long MaxMessageBytes = 2L * MaxStringBytes;

    /// <summary>Largest line: a type byte with a simple string, an error, a number or a length.</summary>
    public const int MaxLineBytes = 64 << 10;

    /// <summary>The kind that a type byte announces; <see cref="RespKind.None"/> for a byte that begins no value.</summary>
    public static RespKind KindOf(byte type) => type switch
    {
        (byte)'+' => RespKind.SimpleString,
        (byte)'$' => RespKind.BulkString,
        (byte)'=' => RespKind.VerbatimString,
        (byte)':' => RespKind.Number,
        (byte)',' => RespKind.Double,
        (byte)'(' => RespKind.BigNumber,
        (byte)'#' => RespKind.Boolean,
        (byte)'_' => RespKind.Null,
        (byte)'-' or (byte)'!' => RespKind.Error,
        (byte)'*' => RespKind.Array,
        (byte)'%' => RespKind.Map,
        (byte)'~' => RespKind.Set,
        (byte)'>' => RespKind.Push,
        _ => RespKind.None,
    };

    public static bool TryParseInteger(ReadOnlySpan<byte> text, out long value) =>
        Utf8Parser.TryParse(text, out value, out var used) && used == text.Length && text[0] != '+';

    /// <summary>Also reads what servers before 7.2 send for NaN: whatever the C library prints.</summary>
    public static bool TryParseDouble(ReadOnlySpan<byte> text, out double value)
    {
        if (Utf8Parser.TryParse(text, out value, out var used) && used == text.Length)
            return true;
        if (text.SequenceEqual("inf"u8))
            value = double.PositiveInfinity;
        else if (text.SequenceEqual("-inf"u8))
            value = double.NegativeInfinity;
        else if (WithoutSign(text) is [_, _, _, ..] name && Ascii.EqualsIgnoreCase(name[..3], "nan"u8))
            value = double.NaN;
        else
            return false;
        return true;
    }

    public static bool IsBigNumber(ReadOnlySpan<byte> text)
    {
        var digits = WithoutSign(text);
        return !digits.IsEmpty && !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }

    private static ReadOnlySpan<byte> WithoutSign(ReadOnlySpan<byte> text) => text.StartsWith("-"u8) || text.StartsWith("+"u8) ? text[1..] : text;
}
