namespace EdgeDb.Core.Access;

/// <summary>Who acts on rows: what they see, and whether the right that brought them here reaches only to what is their own.</summary>
/// <param name="Sight">What they see.</param>
/// <param name="OwnOnly">By <see cref="AccessExtent.Own"/>.</param>
public readonly record struct Actor(Sight Sight, bool OwnOnly)
{
    /// <summary>The service itself, and the console.</summary>
    public static Actor Everything => new(Sight.Everything, OwnOnly: false);
}
