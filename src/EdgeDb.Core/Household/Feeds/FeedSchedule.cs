namespace EdgeDb.Core.Household;

/// <summary>When to ask again. Jitter keeps the feeds of many households, all powered up together, from asking at once.</summary>
internal static class FeedSchedule
{
    internal static readonly TimeSpan ShortestInterval = TimeSpan.FromMinutes(5);
    internal static readonly TimeSpan LongestInterval = TimeSpan.FromHours(24);
    internal static readonly TimeSpan FirstBackoff = TimeSpan.FromMinutes(1);
    internal static readonly TimeSpan LongestBackoff = TimeSpan.FromHours(6);

    /// <summary>After a success: the household's interval, or what the feed asks for when that is longer; ±10 %.</summary>
    internal static TimeSpan AfterSuccess(TimeSpan interval, TimeSpan? asked, double random)
    {
        var wanted = asked is { } longer && longer > interval ? longer : interval;
        return Clamp(wanted, ShortestInterval, LongestInterval) * (0.9 + (0.2 * random));
    }

    /// <summary>After the n-th failure in a row: 1 min doubling to 6 h, ±20 %; the server's Retry-After wins when it is longer.</summary>
    internal static TimeSpan AfterFailure(int failures, TimeSpan? retryAfter, double random)
    {
        var doubled = FirstBackoff * Math.Pow(2, Math.Clamp(failures - 1, 0, 20));
        var backoff = Clamp(doubled * (0.8 + (0.4 * random)), TimeSpan.Zero, LongestBackoff);
        return retryAfter is { } asked && asked > backoff ? Clamp(asked, TimeSpan.Zero, LongestInterval) : backoff;
    }

    private static TimeSpan Clamp(TimeSpan value, TimeSpan least, TimeSpan most) => value < least ? least : value > most ? most : value;
}
