using System.Buffers;

namespace EdgeDb.Core.Pipeline;

/// <summary>
/// Takes a body while it is written, in memory of the pool. What grows by copying into new arrays leaves several times the body behind, most of it among the large objects, which only
/// a full collection gives back.
/// </summary>
internal sealed class PooledBuffer : IBufferWriter<byte>
{
    private const int FirstBytes = 16 * 1024;

    private byte[] _array = ArrayPool<byte>.Shared.Rent(FirstBytes);

    public int WrittenCount { get; private set; }

    public ReadOnlySpan<byte> WrittenSpan => _array.AsSpan(0, WrittenCount);

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _array.Length - WrittenCount);
        WrittenCount += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _array.AsMemory(WrittenCount);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _array.AsSpan(WrittenCount);
    }

    /// <summary>Copies what was written, and gives the memory back; nothing more can be written. A buffer that is never taken is collected as any other array.</summary>
    public byte[] Take()
    {
        var written = WrittenSpan.ToArray();
        ArrayPool<byte>.Shared.Return(_array);
        (_array, WrittenCount) = ([], 0);
        return written;
    }

    private void Reserve(int sizeHint)
    {
        var needed = WrittenCount + Math.Max(1, sizeHint);
        if (needed <= _array.Length)
            return;
        var grown = ArrayPool<byte>.Shared.Rent(Math.Max(needed, _array.Length * 2));
        WrittenSpan.CopyTo(grown);
        if (_array.Length > 0)
            ArrayPool<byte>.Shared.Return(_array);
        _array = grown;
    }
}
