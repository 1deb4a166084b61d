namespace EdgeDb.Core.Storage;

/// <summary>Copies of a database that outlive its file: what storage needs of them before a migration and after damage.</summary>
public interface IDatabaseCopies : IAsyncDisposable
{
    /// <summary>The finished copies, newest first.</summary>
    IReadOnlyList<BackupFile> List();

    /// <summary>
    /// Takes a copy of the database, served or not, and verifies it. A second call waits for the first. Throws <see cref="StorageException"/>; then no copy was added or removed.
    /// </summary>
    /// <param name="ct">Cancels.</param>
    /// <param name="report">Told how many rows of how many are copied.</param>
    Task<BackupFile> CreateAsync(CancellationToken ct, Action<int, int>? report = null);

    /// <summary>Puts the database of a copy at <paramref name="target"/>, whole or not at all. Null when it did, else why the copy cannot be used.</summary>
    string? Restore(BackupFile copy, string target);
}
