using EdgeDb.Core.Pipeline;
using EdgeDb.Core.Settings;
using EdgeDb.Hosting;

namespace EdgeDb.Api;

/// <summary>What of the pipeline a request goes through, by the feature flags. One device always goes the same way while the flags stay.</summary>
internal sealed class PipelineSwitch
{
    private static readonly (Feature Feature, PipelineFeatures Part)[] Parts =
    [
        (Feature.Caching, PipelineFeatures.Caching | PipelineFeatures.Refreshing),
        (Feature.SecondLevel, PipelineFeatures.SecondLevel),
        (Feature.Coalescing, PipelineFeatures.Coalescing),
        (Feature.Batching, PipelineFeatures.Batching),
    ];

    private readonly FeatureFlags _flags;
    private State _state;

    public PipelineSwitch(FeatureFlags flags)
    {
        _flags = flags;
        _state = Read();
        flags.Changed += () => Volatile.Write(ref _state, Read());
    }

    public PipelineFeatures For(HttpContext context) =>
        Volatile.Read(ref _state) is { IsPartial: false } state ? state.ForAll : For(RequestIdentity.Of(context));

    private PipelineFeatures For(ulong client)
    {
        if (!_flags.IsOn(Feature.Pipeline, client))
            return PipelineFeatures.None;
        var features = PipelineFeatures.Admission;
        foreach (var (feature, part) in Parts)
            if (_flags.IsOn(feature, client))
                features |= part;
        return features;
    }

    private State Read() => new(_flags.IsPartial(Feature.Pipeline) || Array.Exists(Parts, part => _flags.IsPartial(part.Feature)), For(0));

    /// <param name="IsPartial">It depends on the device.</param>
    /// <param name="ForAll">What all devices get if it does not: telling them apart costs as much as the look-up.</param>
    private sealed record State(bool IsPartial, PipelineFeatures ForAll);
}
