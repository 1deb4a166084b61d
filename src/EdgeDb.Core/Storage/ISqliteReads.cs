using System.Runtime.CompilerServices;

namespace EdgeDb.Core.Storage;

/// <summary>Where consistent reads of a database come from: the one that is served, or a file that another process may serve.</summary>
internal interface ISqliteReads
{
    /// <summary>Runs <paramref name="read"/> on one snapshot of the file. Throws <see cref="StorageException"/>.</summary>
    ValueTask<TResult> ReadAsync<TState, TResult>(
        TState state,
        Func<SqliteSession, TState, TResult> read,
        CancellationToken ct,
        [CallerMemberName] string member = "",
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0);
}
