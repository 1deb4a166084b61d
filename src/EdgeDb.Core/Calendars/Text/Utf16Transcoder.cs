using System.Text;

namespace EdgeDb.Core.Calendars;

/// <summary>Turns a UTF-16 stream, which Windows programs save when asked for "Unicode", into UTF-8 piece by piece.</summary>
internal sealed class Utf16Transcoder(Encoding encoding)
{
    /// <summary>Bytes read at once: a UTF-16 unit becomes at most three bytes, so half of the line reader's buffer always fits into it.</summary>
    public const int SourceBytes = 32 * 1024;

    /// <summary>Bytes <see cref="Detect"/> wants to see, unless the stream is shorter.</summary>
    public const int DetectionBytes = 4;

    private readonly byte[] _source = new byte[SourceBytes];
    private readonly char[] _chars = new char[(SourceBytes / 2) + 2];
    private readonly Decoder _decoder = encoding.GetDecoder();
    private readonly Encoder _encoder = Encoding.UTF8.GetEncoder();

    /// <summary>Where the stream's bytes are to be read to.</summary>
    public Memory<byte> Target => _source;

    /// <summary>A transcoder when the stream begins with a UTF-16 mark, or without mark in UTF-16 with an ASCII character.</summary>
    public static Utf16Transcoder? Detect(ReadOnlySpan<byte> start) => start switch
    {
        [0xFF, 0xFE, ..] or [> 0 and < 0x80, 0, > 0 and < 0x80, 0, ..] => new Utf16Transcoder(Encoding.Unicode),
        [0xFE, 0xFF, ..] or [0, > 0 and < 0x80, 0, > 0 and < 0x80, ..] => new Utf16Transcoder(Encoding.BigEndianUnicode),
        _ => null,
    };

    /// <summary>Writes the first <paramref name="count"/> bytes of <see cref="Target"/> as UTF-8; 0 bytes in end the stream.</summary>
    public int Transcode(int count, Span<byte> utf8)
    {
        var chars = _decoder.GetChars(_source.AsSpan(0, count), _chars, flush: count == 0);
        return _encoder.GetBytes(_chars.AsSpan(0, chars), utf8, flush: count == 0);
    }
}
