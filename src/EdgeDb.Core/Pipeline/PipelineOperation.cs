namespace EdgeDb.Core.Pipeline;

/// <summary>What was tried, as far as it decides what is done about a failure.</summary>
internal enum PipelineOperation
{
    /// <summary>A read of the file.</summary>
    Read,

    /// <summary>A write to the file.</summary>
    Write,

    /// <summary>A look into the second level, or a note to it.</summary>
    SecondLevel,

    /// <summary>A connection to a server that is set up.</summary>
    Upstream,

    /// <summary>Work that nobody waits for.</summary>
    Background,
}
