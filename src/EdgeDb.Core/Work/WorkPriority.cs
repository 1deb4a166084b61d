namespace EdgeDb.Core.Work;

/// <summary>Who goes first among background jobs, and how long each steps back for requests and for the others: see <see cref="BackgroundQueue.Patience"/>.</summary>
internal enum WorkPriority
{
    /// <summary>Housekeeping that may come hours later.</summary>
    Idle,

    /// <summary>Wanted today.</summary>
    Normal,

    /// <summary>Somebody will look for its result in a moment.</summary>
    Soon,
}
