namespace EdgeDb.Core.Calendars;

/// <summary>
/// Where the reader keeps property values: blocks filled front to back, so that a value costs its bytes and no array of its own.
/// A block lives as long as one property in it.
/// </summary>
internal sealed class ValueBuffer
{
    private const int BlockBytes = 16 * 1024;

    private byte[] _block = [];
    private int _used;
    private int _lastOffset;

    /// <summary>Copies a value and returns its place.</summary>
    public (byte[] Block, int Offset) Add(ReadOnlySpan<byte> value)
    {
        if (value.Length > _block.Length - _used)
            (_block, _used) = (new byte[Math.Max(BlockBytes, value.Length)], 0);
        value.CopyTo(_block.AsSpan(_used));
        _lastOffset = _used;
        _used += value.Length;
        return (_block, _lastOffset);
    }

    /// <summary>Lengthens the value added last and returns its place and length.</summary>
    public (byte[] Block, int Offset, int Length) Extend(ReadOnlySpan<byte> separator, ReadOnlySpan<byte> more)
    {
        var length = _used - _lastOffset;
        var total = length + separator.Length + more.Length;
        if (total > _block.Length - _lastOffset)
        {
            // Doubling keeps a text of a million unfolded lines linear.
            var larger = new byte[Math.Max(BlockBytes, 2 * total)];
            _block.AsSpan(_lastOffset, length).CopyTo(larger);
            (_block, _lastOffset) = (larger, 0);
        }
        separator.CopyTo(_block.AsSpan(_lastOffset + length));
        more.CopyTo(_block.AsSpan(_lastOffset + length + separator.Length));
        _used = _lastOffset + total;
        return (_block, _lastOffset, total);
    }
}
