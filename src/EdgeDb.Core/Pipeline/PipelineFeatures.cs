namespace EdgeDb.Core.Pipeline;

/// <summary>What of the pipeline a request goes through. None: it is answered as if there were no pipeline.</summary>
[Flags]
internal enum PipelineFeatures
{
    None = 0,

    /// <summary>Answers are kept and given again.</summary>
    Caching = 1,

    /// <summary>Those who ask the same at the same time share one answer.</summary>
    Coalescing = 2,

    /// <summary>Answers are made in order of priority, so many at once as there is room for.</summary>
    Admission = 4,

    /// <summary>Answers are made anew before or after their end without anybody waiting.</summary>
    Refreshing = 8,

    /// <summary>Like questions to the file are asked together.</summary>
    Batching = 16,

    /// <summary>Kept answers are also found in, and put into, the second level.</summary>
    SecondLevel = 32,

    All = Caching | Coalescing | Admission | Refreshing | Batching | SecondLevel,
}
