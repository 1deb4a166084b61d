using EdgeDb.Core.Caching;
using EdgeDb.Core.Pipeline;

namespace EdgeDb.Core.Privacy;

/// <summary>
/// Kept answers, here and in Redis, and what was learnt of who asks for what when. They are not sorted by persons, so all of them go: they are made and learnt anew.
/// </summary>
internal sealed class AnswerPersonalData(AdaptiveMemoryCache cache, SecondLevel? secondLevel, AnswerWarmer warmer) : IPersonalData
{
    public async ValueTask ForgetAsync(Erasure erasure, CancellationToken ct)
    {
        cache.Clear();
        await warmer.ForgetAsync(ct).ConfigureAwait(false);
        if (secondLevel is not null)
            await secondLevel.ForgetAsync(ct).ConfigureAwait(false);
    }
}
