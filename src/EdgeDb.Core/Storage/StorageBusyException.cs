namespace EdgeDb.Core.Storage;

/// <summary>
/// The engine has no room for the call now: a full queue, no reader within <see cref="SqliteDatabaseOptions.ReadWaitLimit"/>, or a
/// lock of another process. An endpoint answers it with 503 and Retry-After.
/// </summary>
public sealed class StorageBusyException(string message) : StorageException(StorageFailure.Busy, message);
