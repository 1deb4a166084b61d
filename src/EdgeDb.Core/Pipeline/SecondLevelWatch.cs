using EdgeDb.Core.Connections;
using EdgeDb.Core.Settings;

namespace EdgeDb.Core.Pipeline;

/// <summary>
/// Knows which of the answers in memory Redis vouches for. While a connection is tracked: those of whose key nothing was said since they were begun. Once it
/// is lost nobody would say anything, so what was vouched for holds for <see cref="PipelineSettings.TtlWithoutSecondLevel"/> from the loss, and what is made
/// meanwhile for as long from when it was made. When a connection is tracked again, all of that has to be found or made anew.
/// </summary>
internal sealed class SecondLevelWatch : IRedisInvalidationHandler
{
    private readonly Live<PipelineSettings> _settings;
    private readonly TimeProvider _time;
    private long _lostAt;

    /// <param name="household">Whose answers they are, see <see cref="SecondLevelStore.HouseholdAsync"/>.</param>
    /// <param name="settings">How long answers hold without it.</param>
    /// <param name="time">The clock.</param>
    public SecondLevelWatch(string household, Live<PipelineSettings> settings, TimeProvider time)
    {
        Prefix = $"edgedb:{household}:";
        _settings = settings;
        _time = time;
        _lostAt = time.GetTimestamp();
        Invalidations = new(this);
    }

    /// <summary>What the keys of the household begin with, and what the connections have to track.</summary>
    public string Prefix { get; }

    /// <summary>Is told by the connections.</summary>
    public RedisInvalidations Invalidations { get; }

    /// <summary>Whether an answer may be given as fresh. Allocates nothing and takes no lock.</summary>
    /// <param name="read">What had been told before the answer was begun.</param>
    /// <param name="madeAt">When it was made, a timestamp.</param>
    public bool Trusts(RedisRead read, long madeAt)
    {
        // Resets are counted after a loss has begun and before a connection counts as tracked. Read first, they may be too old: then less is trusted, not more.
        var resets = Invalidations.Resets;
        if (!Invalidations.IsUntouched(read))
            return false;
        if (Invalidations.IsTracked)
            return read.Resets == resets;
        var limit = _settings.Current.TtlWithoutSecondLevel;
        if (read.Resets == resets)
            return _time.GetElapsedTime(madeAt) < limit;
        return read.Resets == resets - 1 && _time.GetElapsedTime(Volatile.Read(ref _lostAt)) < limit;
    }

    void IRedisInvalidationHandler.OnChanged(ReadOnlySpan<byte> key)
    {
        // Counted already, and answers are judged by the count.
    }

    void IRedisInvalidationHandler.OnEverythingMayHaveChanged()
    {
        if (!Invalidations.IsTracked)
            Volatile.Write(ref _lostAt, _time.GetTimestamp());
    }
}
