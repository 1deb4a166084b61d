namespace EdgeDb.Core.Accounts;

/// <summary>
/// How long somebody waits after wrong attempts: 1 s after the fifth, then 2 s, 4 s … up to 15 minutes, and an hour without another one forgets them. Kept for
/// names, whether an account has them or not, and for addresses. In memory and by the clock that only goes forward: a restart gives five attempts more, which is
/// less than a row for each would cost the card.
/// </summary>
internal sealed class AttemptLimits(TimeProvider time)
{
    /// <summary>The wrong attempt from which on there is a delay.</summary>
    public const int FirstDelayed = 5;

    /// <summary>Most that is kept, of names and addresses together.</summary>
    internal const int Most = 1024;

    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Attempts> _byKey = new(StringComparer.Ordinal);

    /// <summary>How long this one has to wait; zero when not.</summary>
    public TimeSpan Delay(string key)
    {
        lock (_gate)
        {
            if (!_byKey.TryGetValue(key, out var attempts) || attempts.Wrong < FirstDelayed)
                return TimeSpan.Zero;
            var left = DelayAfter(attempts.Wrong) - time.GetElapsedTime(attempts.LatestAt);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Counts a wrong attempt; returns the delay that follows from it.</summary>
    public TimeSpan CountWrong(string key)
    {
        lock (_gate)
        {
            var known = _byKey.TryGetValue(key, out var attempts) && time.GetElapsedTime(attempts.LatestAt) < ForgottenAfter;
            if (!known && _byKey.Count >= Most)
                MakeRoom();
            var wrong = known ? Math.Min(attempts.Wrong + 1, 64) : 1;
            _byKey[key] = new(wrong, time.GetTimestamp());
            return wrong < FirstDelayed ? TimeSpan.Zero : DelayAfter(wrong);
        }
    }

    /// <summary>Takes back one count: the attempt was right. What was wrong before stays, or who has an account could wipe out their guesses at another.</summary>
    public void Uncount(string key)
    {
        lock (_gate)
        {
            if (!_byKey.TryGetValue(key, out var attempts))
                return;
            if (attempts.Wrong <= 1)
                _byKey.Remove(key);
            else
                _byKey[key] = attempts with { Wrong = attempts.Wrong - 1 };
        }
    }

    /// <summary>A right attempt, or somebody who may.</summary>
    public void Forget(string key)
    {
        lock (_gate)
            _byKey.Remove(key);
    }

    private static TimeSpan DelayAfter(int wrong)
    {
        var seconds = 1L << Math.Min(wrong - FirstDelayed, 20);
        return seconds < LongestDelay.TotalSeconds ? TimeSpan.FromSeconds(seconds) : LongestDelay;
    }

    /// <summary>
    /// What is over goes first, then the least tried of the oldest: a flood of invented names pushes out itself, and not the one that is being guessed at.
    /// </summary>
    private void MakeRoom()
    {
        foreach (var (key, attempts) in _byKey)
            if (time.GetElapsedTime(attempts.LatestAt) >= ForgottenAfter)
                _byKey.Remove(key);
        if (_byKey.Count >= Most)
            _byKey.Remove(_byKey.MinBy(static entry => (entry.Value.Wrong, entry.Value.LatestAt)).Key);
    }

    private readonly record struct Attempts(int Wrong, long LatestAt);
}
