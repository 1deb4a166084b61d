namespace EdgeDb.Core.Storage;

/// <summary>One commit, as <see cref="SqliteDatabase.Committed"/> reports it.</summary>
/// <param name="Version"><see cref="SqliteDatabase.CommitVersion"/> after it.</param>
/// <param name="Topics">What the operations in it declared by <see cref="SqliteSession.Touch"/>, each once, in the order of the first declaration.</param>
public sealed record StorageCommit(long Version, IReadOnlyList<string> Topics);
