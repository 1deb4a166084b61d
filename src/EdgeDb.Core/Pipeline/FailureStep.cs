namespace EdgeDb.Core.Pipeline;

/// <summary>What is done about a failure, in this order, until something helps; what nothing helps against is refused with a problem that says why.</summary>
[Flags]
internal enum FailureStep
{
    None = 0,

    /// <summary>Once more, where nothing can have happened twice.</summary>
    Retry = 1,

    /// <summary>From another place: the replica, the file instead of the second level.</summary>
    OtherRoute = 2,

    /// <summary>What was last known, marked as such, as long as no commit has changed it.</summary>
    Expired = 4,

    /// <summary>What was last known, marked as such, also when a commit has changed it since.</summary>
    Stale = 8,

    /// <summary>Emergency mode begins: memory and file only, nothing optional, said everywhere.</summary>
    Emergency = 16,
}
