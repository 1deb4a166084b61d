namespace EdgeDb.Core.Connections;

/// <summary>The rules that can bound the work an endpoint gets at once.</summary>
internal enum ConcurrencyLimitKind
{
    /// <summary><see cref="CinnamonLimit"/>.</summary>
    Cinnamon,

    /// <summary><see cref="Gradient2Limit"/>.</summary>
    Gradient2,

    /// <summary><see cref="AimdLimit"/>.</summary>
    Aimd,

    /// <summary>What the pool's size allows.</summary>
    Fixed,
}
