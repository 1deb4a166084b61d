using System.Buffers;
using System.IO.Compression;
using EdgeDb.Core.Caching;
using EdgeDb.Core.Connections;

namespace EdgeDb.Core.Pipeline;

/// <summary>An answer, ready to be sent. Immutable, but for compressed forms, which are made when they are wanted.</summary>
internal sealed class Answer
{
    /// <summary>A shorter body fits one packet as it is.</summary>
    internal const int LeastCompressed = 1400;

    /// <summary>
    /// A longer body is worth compressing for one reader: a month of 300 events has 150 KB, of which 10 remain, and 1.5 Mbit/s take 0.8 s for
    /// the rest of them. After each edit the first who looks is somebody who waits.
    /// </summary>
    internal const int CompressedAtOnce = 16 * 1024;

    // Level 5 is within a tenth of the size of level 9 at a tenth of its time; the window is the largest body that is kept.
    private const int BrotliQuality = 5;
    private const int BrotliWindowBits = 20;

    private readonly AnswerForm _plain;
    private readonly bool _isVersioned;
    private AnswerForm? _gzip;
    private AnswerForm? _brotli;
    private int _wanted;

    internal Answer(byte[] body, string contentType, string entityTag, bool isVersioned, CacheTag[] tags, long started, long madeAt)
    {
        _plain = new(body, ContentCoding.Identity, entityTag);
        _isVersioned = isVersioned;
        ContentType = contentType;
        Tags = tags;
        Started = started;
        MadeAt = madeAt;
    }

    public string ContentType { get; }

    /// <summary>What it is made of.</summary>
    public CacheTag[] Tags { get; }

    /// <summary>The clock of invalidations before anything was read for it.</summary>
    public long Started { get; }

    /// <summary>A timestamp of the pipeline's clock.</summary>
    public long MadeAt { get; }

    /// <summary>A version that comes back as If-Match is its entity tag.</summary>
    public bool IsVersioned => _isVersioned;

    /// <summary>What Redis had told before anything was read for it; without a second level of no meaning.</summary>
    public RedisRead Read { get; init; }

    /// <summary>Memory that all its forms take, in bytes.</summary>
    public int SizeBytes => 256 + _plain.Body.Length + (Volatile.Read(ref _gzip)?.Body.Length ?? 0) + (Volatile.Read(ref _brotli)?.Body.Length ?? 0);

    /// <summary>Of the <see cref="AccessLog"/>, which alone uses it.</summary>
    public int NotedIn { get; set; }

    /// <summary>No commit since has changed what it shows.</summary>
    public bool IsCurrent => CacheTag.AllHold(Tags, Started);

    /// <summary>It is as it was made.</summary>
    public AnswerForm Plain => _plain;

    /// <summary>
    /// The answer in a coding that the client takes, or plain: a short body, one whose tag is a version that comes back as If-Match, and, unless it
    /// is long, the first time, when nobody knows whether it will be wanted again.
    /// </summary>
    /// <param name="wanted">The best coding that the client takes.</param>
    /// <param name="grown">True when <see cref="SizeBytes"/> has grown.</param>
    public AnswerForm In(ContentCoding wanted, out bool grown)
    {
        grown = false;
        if (wanted == ContentCoding.Identity || _plain.Body.Length < LeastCompressed || _isVersioned)
            return _plain;
        ref var form = ref wanted == ContentCoding.Brotli ? ref _brotli : ref _gzip;
        if (Volatile.Read(ref form) is { } made)
            return made;
        if (_plain.Body.Length < CompressedAtOnce && Interlocked.Increment(ref _wanted) < 2)
            return _plain;
        // Two at once may both make it; the bytes are the same.
        made = Compress(wanted);
        grown = Interlocked.CompareExchange(ref form, made, null) is null;
        return made;
    }

    private AnswerForm Compress(ContentCoding coding)
    {
        var plain = _plain.Body.Span;
        byte[] compressed;
        if (coding == ContentCoding.Brotli)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(BrotliEncoder.GetMaxCompressedLength(plain.Length));
            if (!BrotliEncoder.TryCompress(plain, buffer, out var written, BrotliQuality, BrotliWindowBits))
                throw new InvalidOperationException("Brotli's own bound on the compressed length does not hold.");
            compressed = buffer.AsSpan(0, written).ToArray();
            ArrayPool<byte>.Shared.Return(buffer);
        }
        else
        {
            using var stream = new MemoryStream(plain.Length / 4);
            using (var gzip = new GZipStream(stream, CompressionLevel.Optimal, leaveOpen: true))
                gzip.Write(plain);
            compressed = stream.ToArray();
        }

        return new(compressed, coding, $"{_plain.EntityTag[..^1]}-{(coding == ContentCoding.Brotli ? "br" : "gz")}\"");
    }
}
