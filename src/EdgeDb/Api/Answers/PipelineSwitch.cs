using EdgeDb.Core.Pipeline;
using EdgeDb.Core.Settings;
using EdgeDb.Hosting;

namespace EdgeDb.Api;

/// <summary>What of the pipeline a request goes through, by the feature flags. One device always goes the same way while the flags stay.</summary>
internal sealed class PipelineSwitch(FeatureFlags flags)
{
    public PipelineFeatures For(HttpContext context)
    {
        var client = RequestIdentity.Of(context);
        if (!flags.IsOn(Feature.Pipeline, client))
            return PipelineFeatures.None;
        var features = PipelineFeatures.Admission;
        if (flags.IsOn(Feature.Caching, client))
            features |= PipelineFeatures.Caching | PipelineFeatures.Refreshing;
        if (flags.IsOn(Feature.Coalescing, client))
            features |= PipelineFeatures.Coalescing;
        if (flags.IsOn(Feature.Batching, client))
            features |= PipelineFeatures.Batching;
        return features;
    }
}
