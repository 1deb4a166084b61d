namespace EdgeDb.Core.Pipeline;

/// <summary>Where an answer came from; the header Cache-Status (RFC 9211) tells it.</summary>
internal enum AnswerOrigin
{
    /// <summary>Made for this request.</summary>
    Made,

    /// <summary>Made for another request that asked the same at the same time.</summary>
    Shared,

    /// <summary>Fresh from memory.</summary>
    Hit,

    /// <summary>Fresh from the second level.</summary>
    SecondLevel,

    /// <summary>Past its time, and a new one is under way.</summary>
    Stale,

    /// <summary>Past its time or overtaken by a commit, because no new one could be made.</summary>
    StaleIfError,
}
