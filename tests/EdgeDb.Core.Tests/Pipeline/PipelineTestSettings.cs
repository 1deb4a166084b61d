using EdgeDb.Core.Settings;

namespace EdgeDb.Core.Tests.Pipeline;

internal static class PipelineTestSettings
{
    public static Live<PipelineSettings> Live() => new(new()
    {
        CacheEntries = 1000,
        CacheBytes = 16 << 20,
        CacheTtl = TimeSpan.FromMinutes(5),
        StaleWhileRevalidate = TimeSpan.FromMinutes(1),
        StaleIfError = TimeSpan.FromHours(1),
        TtlWithoutSecondLevel = TimeSpan.FromSeconds(5),
        BatchSize = 10,
        BatchDelay = TimeSpan.FromMilliseconds(50),
        RequestDeadline = TimeSpan.FromSeconds(10),
        RequestConcurrency = 4,
        RequestQueue = 2000,
    });
}
