using EdgeDb.Core.Storage;

namespace EdgeDb.Options;

/// <summary>The service's options, valid as a whole. <see cref="OptionTable"/> names, bounds and describes each.</summary>
internal sealed record EdgeDbOptions
{
    public required string Data { get; init; }

    public required string Listen { get; init; }

    /// <summary>Names the service answers to besides those of every home network.</summary>
    public required IReadOnlyList<string> Hosts { get; init; }

    public required int Port { get; init; }

    public required string Zone { get; init; }

    public required IReadOnlyList<string> Feeds { get; init; }

    public required bool Sample { get; init; }

    public required TimeSpan FeedInterval { get; init; }

    public required int WindowMonthsBack { get; init; }

    public required int WindowMonthsAhead { get; init; }

    public required int BackupsKept { get; init; }

    public required CorruptionPolicy OnCorruption { get; init; }

    public required UpstreamOptions Upstream { get; init; }

    public string DatabasePath => Path.Combine(Data, "edgedb.db");
}
