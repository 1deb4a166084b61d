namespace EdgeDb.Core.Pipeline;

/// <summary>What went wrong, as far as it decides what is done about it.</summary>
internal enum PipelineFailure
{
    /// <summary>No room: a queue is full, or nobody came free in time.</summary>
    Busy,

    /// <summary>No answer before the deadline.</summary>
    Late,

    /// <summary>The disk is full.</summary>
    DiskFull,

    /// <summary>The device failed to read, write or sync.</summary>
    Device,

    /// <summary>The file is damaged.</summary>
    Damage,

    /// <summary>Memory ran out.</summary>
    Memory,

    /// <summary>A server cannot be reached, cuts the connection or hangs.</summary>
    Unreachable,
}
