namespace EdgeDb.Core.Storage;

/// <summary>What kind of failure a <see cref="StorageException"/> reports.</summary>
public enum StorageFailure
{
    /// <summary>A statement is wrong or misused: a defect of the program.</summary>
    Statement,

    /// <summary>A UNIQUE, NOT NULL, CHECK, foreign key or type constraint refused the change.</summary>
    Constraint,

    /// <summary>A queue is full, no reader came free in time, or another process holds a lock.</summary>
    Busy,

    /// <summary>The disk or the file's page limit is full.</summary>
    DiskFull,

    /// <summary>The device failed to read, write or sync.</summary>
    InputOutput,

    /// <summary>Memory ran out.</summary>
    OutOfMemory,

    /// <summary>The file is damaged.</summary>
    Corrupt,

    /// <summary>The file, or its folder, may not be written.</summary>
    ReadOnly,

    /// <summary>The file cannot be opened.</summary>
    CannotOpen,

    /// <summary>Another process serves the same file.</summary>
    InUse,

    /// <summary>The file is not a database of EdgeDb.</summary>
    ForeignFile,

    /// <summary>A newer program wrote the file.</summary>
    NewerVersion,

    /// <summary>A migration failed, or one that the file has applied was changed since.</summary>
    Migration,

    /// <summary>The database is closing or closed.</summary>
    Closed,
}
