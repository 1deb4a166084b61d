using EdgeDb.Core.Caching;
using EdgeDb.Core.Pipeline;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeDb.Core.Tests.Pipeline;

public sealed class CacheBudgetTests
{
    [Fact]
    public void A_change_of_the_settings_holds_for_the_cache_at_once()
    {
        var time = new ManualTimeProvider();
        using var cache = new AdaptiveMemoryCache(new(), time);
        var settings = PipelineTestSettings.Live();
        new CacheBudget(cache, settings, new EmergencyMode(time, NullLogger<EmergencyMode>.Instance)).Obey();
        settings.Set(settings.Current with { CacheEntries = 20, CacheBytes = 1 << 20 });
        Assert.Equal((20, 1L << 20), (cache.MaxEntries, cache.ByteBudget));
    }
}
