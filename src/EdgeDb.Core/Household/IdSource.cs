namespace EdgeDb.Core.Household;

/// <summary>
/// Makes ids that sort in the order they were made: UUIDv7 with the 12 bits after the millisecond as a counter (RFC 9562 §6.2,
/// method 1). Lists are ordered by id, and what was added in one millisecond must not change places.
/// </summary>
internal sealed class IdSource(TimeProvider time)
{
    private const int MaxCounter = 0xFFF;

    private readonly Lock _lock = new();
    private long _millisecond;
    private int _counter;

    /// <summary>A new id in lower case with hyphens.</summary>
    public string Next()
    {
        long millisecond;
        int counter;
        lock (_lock)
        {
            // A clock that was set back, or a full counter, goes on from the last id.
            var now = Math.Max(time.GetUtcNow().ToUnixTimeMilliseconds(), _millisecond);
            if (now > _millisecond)
                (_millisecond, _counter) = (now, 0);
            else if (++_counter > MaxCounter)
                (_millisecond, _counter) = (_millisecond + 1, 0);
            (millisecond, counter) = (_millisecond, _counter);
        }

        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(millisecond)).TryWriteBytes(bytes, bigEndian: true, out _);
        bytes[6] = (byte)(0x70 | (counter >> 8));
        bytes[7] = (byte)counter;
        return new Guid(bytes, bigEndian: true).ToString();
    }
}
