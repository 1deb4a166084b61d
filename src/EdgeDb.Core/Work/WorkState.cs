namespace EdgeDb.Core.Work;

/// <summary>Where a job is.</summary>
internal enum WorkState
{
    /// <summary>For its time, or for its turn.</summary>
    Waiting,

    Running,

    /// <summary>Its last run failed; it is tried again.</summary>
    Failed,
}
