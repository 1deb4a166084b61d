using EdgeDb.Core.Caching;
using EdgeDb.Core.Settings;

namespace EdgeDb.Core.Pipeline;

/// <summary>How many answers may be kept and how much memory they may take: what is set, and of memory a quarter of it while that is short.</summary>
internal sealed class CacheBudget(AdaptiveMemoryCache cache, Live<PipelineSettings> settings, EmergencyMode emergency)
{
    private const int PartWhileShort = 4;

    private readonly Lock _lock = new();

    /// <summary>From now on the cache follows the settings and the emergency.</summary>
    public void Obey()
    {
        settings.Changed += _ => Set();
        emergency.Changed += _ => Set();
        Set();
    }

    // Both may change at once, each on a thread of its own. Each has put its value in place before it tells, so whoever comes second sees both.
    private void Set()
    {
        lock (_lock)
        {
            var isShort = emergency.Current is { } need && need.Reasons.Contains(EmergencyReason.Memory);
            cache.MaxEntries = settings.Current.CacheEntries;
            cache.ByteBudget = settings.Current.CacheBytes / (isShort ? PartWhileShort : 1);
        }
    }
}
