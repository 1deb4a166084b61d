namespace EdgeDb.Core.Accounts;

/// <summary>
/// The time by which sessions and tokens expire. The board has no battery: its wall clock may begin in the past and be set right later, or be set wrong by whoever answers for
/// a time server. So this clock never goes back, also not over restarts: it begins at the newest time that was stored, and while the wall clock is behind, the
/// time that passes is counted. A jump ahead is believed, as it is what setting the clock looks like; at worst people have to sign in again.
/// </summary>
internal sealed class AccountClock(TimeProvider time)
{
    private readonly Lock _gate = new();
    private long _base;
    private long _baseAt = time.GetTimestamp();

    /// <summary>Seconds since 1970-01-01T00:00:00 UTC.</summary>
    public long Now
    {
        get
        {
            var wall = time.GetUtcNow().ToUnixTimeSeconds();
            lock (_gate)
            {
                var counted = _base + (long)time.GetElapsedTime(_baseAt).TotalSeconds;
                if (wall <= counted)
                    return counted;
                (_base, _baseAt) = (wall, time.GetTimestamp());
                return wall;
            }
        }
    }

    /// <summary>Learns of a stored time: it is not earlier than that now.</summary>
    public void AtLeast(long seconds)
    {
        lock (_gate)
        {
            if (seconds > _base + (long)time.GetElapsedTime(_baseAt).TotalSeconds)
                (_base, _baseAt) = (seconds, time.GetTimestamp());
        }
    }
}
