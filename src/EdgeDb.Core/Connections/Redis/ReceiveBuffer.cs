using System.Buffers;

namespace EdgeDb.Core.Connections;

/// <summary>
/// Bytes received and the messages in them. A message that fits the limit stays in one piece until it was read; of a larger one only
/// the end is looked for, in constant memory. One reader; not thread-safe.
/// </summary>
internal sealed class ReceiveBuffer(int maxMessageBytes) : IDisposable
{
    private const int InitialBytes = 16 << 10;
    private const int LeastFreeBytes = 4 << 10;

    // A buffer that grew beyond this for one large answer is given back after it.
    private const int KeptBytes = 64 << 10;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(InitialBytes);
    private RespScanner _scanner;
    private int _start;
    private int _scanned;
    private int _end;
    private bool _skipping;

    /// <summary>Bytes of a message whose end has not come yet.</summary>
    public int PartialBytes => _end - _start;

    /// <summary>Where the next bytes go: room for at least 4 KiB, or for the rest of a string.</summary>
    public Memory<byte> Free()
    {
        if (_start == _end)
        {
            _start = _scanned = _end = 0;
            if (_bytes.Length > KeptBytes)
                Resize(InitialBytes);
        }

        var needed = Math.Max(LeastFreeBytes, _skipping ? 0 : _scanner.Needed);
        if (_bytes.Length - _end < needed)
            MakeRoom(needed);
        return _bytes.AsMemory(_end);
    }

    /// <summary>Bytes were put where <see cref="Free"/> said.</summary>
    public void Received(int count) => _end += count;

    /// <summary>
    /// Takes the next whole message. Valid until the next call of <see cref="Free"/>. Throws <see cref="RedisException"/> when this is not RESP3.
    /// </summary>
    /// <param name="message">Its bytes; empty when it was larger than the limit and was skipped.</param>
    /// <param name="kind">What it is.</param>
    public bool TryTake(out ReadOnlySpan<byte> message, out RespKind kind)
    {
        var whole = _scanner.TryAdvance(_bytes.AsSpan(_scanned, _end - _scanned), out var consumed);
        _scanned += consumed;
        kind = _scanner.Kind;
        _skipping |= _scanned - _start > maxMessageBytes || (!whole && (long)PartialBytes + _scanner.Needed > maxMessageBytes);
        message = whole && !_skipping ? _bytes.AsSpan(_start, _scanned - _start) : default;
        if (whole || _skipping)
            _start = _scanned;
        if (!whole)
            return false;
        _scanner = default;
        _skipping = false;
        return true;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);

    private void MakeRoom(int needed)
    {
        // Moving costs as many bytes as are left over, and growing at least doubles: either way each byte moves a bounded number of times.
        if (_bytes.Length - PartialBytes >= needed && _start >= PartialBytes)
        {
            _bytes.AsSpan(_start, PartialBytes).CopyTo(_bytes);
            Rebase();
        }
        else
        {
            Resize(Math.Max(_bytes.Length * 2, PartialBytes + needed));
        }
    }

    private void Resize(int size)
    {
        var resized = ArrayPool<byte>.Shared.Rent(size);
        _bytes.AsSpan(_start, PartialBytes).CopyTo(resized);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = resized;
        Rebase();
    }

    private void Rebase()
    {
        _scanned -= _start;
        _end -= _start;
        _start = 0;
    }
}
