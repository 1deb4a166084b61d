using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;

namespace EdgeDb.Api;

/// <summary>Takes what would be sent, and keeps nothing of it but its hash.</summary>
internal sealed class HashingPipe : PipeWriter, IDisposable
{
    private const int SegmentBytes = 4096;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _segment = ArrayPool<byte>.Shared.Rent(SegmentBytes);

    /// <summary>Strong, in quotes.</summary>
    public string EntityTag() => $"\"{Convert.ToHexStringLower(_hash.GetHashAndReset().AsSpan(0, 12))}\"";

    public override void Advance(int bytes) => _hash.AppendData(_segment.AsSpan(0, bytes));

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (sizeHint > _segment.Length)
        {
            ArrayPool<byte>.Shared.Return(_segment);
            _segment = ArrayPool<byte>.Shared.Rent(sizeHint);
        }

        return _segment;
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(new FlushResult(isCanceled: false, isCompleted: false));
    }

    public override void CancelPendingFlush()
    {
    }

    public override void Complete(Exception? exception = null)
    {
    }

    public void Dispose()
    {
        _hash.Dispose();
        ArrayPool<byte>.Shared.Return(_segment);
    }
}
