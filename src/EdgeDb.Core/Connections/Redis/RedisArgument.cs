using System.Globalization;
using System.Text;

namespace EdgeDb.Core.Connections;

/// <summary>An argument of a command: text (sent as UTF-8), bytes or an integer. A struct, so that <c>["key", value]</c> stays on the stack.</summary>
internal readonly struct RedisArgument
{
    private const int LongestNumberBytes = 20;

    private readonly string? _text;
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly long _number;
    private readonly bool _isNumber;

    private RedisArgument(string text) => _text = text ?? throw new ArgumentNullException(nameof(text));

    private RedisArgument(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    private RedisArgument(long number)
    {
        _number = number;
        _isNumber = true;
    }

    public static implicit operator RedisArgument(string text) => new(text);

    public static implicit operator RedisArgument(ReadOnlyMemory<byte> bytes) => new(bytes);

    public static implicit operator RedisArgument(byte[] bytes) => new(bytes.AsMemory());

    public static implicit operator RedisArgument(long number) => new(number);

    /// <summary>Bytes it takes.</summary>
    public int SizeBytes => _text is not null ? Encoding.UTF8.GetByteCount(_text) : _isNumber ? Format(stackalloc byte[LongestNumberBytes]) : _bytes.Length;

    /// <summary>Writes its <see cref="SizeBytes"/> bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        if (_text is not null)
            Encoding.UTF8.GetBytes(_text, destination);
        else if (_isNumber)
            Format(destination);
        else
            _bytes.Span.CopyTo(destination);
    }

    /// <summary>True when it spells the ASCII word, in upper or lower case.</summary>
    public bool Is(string word) => _text is not null ? _text.Equals(word, StringComparison.OrdinalIgnoreCase) : Ascii.EqualsIgnoreCase(_bytes.Span, word);

    private int Format(Span<byte> destination)
    {
        _number.TryFormat(destination, out var length, provider: CultureInfo.InvariantCulture);
        return length;
    }
}
