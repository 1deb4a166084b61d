namespace EdgeDb.Core.Pipeline;

/// <summary>Why the board is in need.</summary>
internal enum EmergencyReason
{
    /// <summary>A write found no room, or there is hardly any left.</summary>
    DiskFull,

    /// <summary>The device failed to read, write or sync, or takes no writes any more.</summary>
    DeviceFailing,

    /// <summary>The file was found damaged; the service is about to start anew.</summary>
    FileDamaged,

    /// <summary>Memory is nearly used up, or everything waits for it.</summary>
    Memory,

    /// <summary>The processor is too hot.</summary>
    Temperature,
}
