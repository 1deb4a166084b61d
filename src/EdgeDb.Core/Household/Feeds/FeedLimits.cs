namespace EdgeDb.Core.Household;

/// <summary>Bounds of a feed.</summary>
public sealed record FeedLimits
{
    /// <summary>Decompressed size, bytes. Default 10 MB.</summary>
    public int MaxBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>Events. Default 50,000.</summary>
    public int MaxEvents { get; init; } = 50_000;

    /// <summary>For the whole request, redirects and body included. Default 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Redirects followed. Default 5.</summary>
    public int MaxRedirects { get; init; } = 5;

    /// <summary>Feeds a household may have. Default 50.</summary>
    public int MaxFeeds { get; init; } = 50;
}
