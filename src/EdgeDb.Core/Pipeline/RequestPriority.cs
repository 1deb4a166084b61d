namespace EdgeDb.Core.Pipeline;

/// <summary>Who goes first where there is not room for all. Writes are not among these: they never wait for reads.</summary>
internal enum RequestPriority
{
    /// <summary>Nobody waits: a refresh, a warming.</summary>
    Background,

    /// <summary>Somebody may want it soon.</summary>
    Prefetch,

    /// <summary>Somebody waits.</summary>
    Normal,

    /// <summary>The kitchen wall: everybody looks at it.</summary>
    Urgent,
}
