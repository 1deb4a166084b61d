using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Privacy;

/// <summary>
/// What one store keeps about persons. A store joins export and erasure by implementing this and being named where <see cref="Persons"/> is put together. Which rows are whose is said once, in
/// <see cref="Backups.SubjectRows"/>: those are counted for the preview and deleted by <see cref="PersonErasure"/>, and a store here adds what rows cannot say.
/// </summary>
internal interface IPersonalData
{
    /// <summary>Adds properties to <c>person.json</c>: everything that is the person's and no secret. Not more in memory at once than a page of rows.</summary>
    ValueTask DescribeAsync(PersonView view, PersonJson json, CancellationToken ct) => ValueTask.CompletedTask;

    /// <summary>Adds files to the archive, for what has a form of its own.</summary>
    ValueTask AddFilesAsync(PersonView view, PersonArchive archive, CancellationToken ct) => ValueTask.CompletedTask;

    /// <summary>Tells what an erasure would take and leave, besides the rows of the person.</summary>
    void Preview(SqliteSession session, Person person, ErasurePreview preview)
    {
    }

    /// <summary>In the transaction that begins an erasure: makes the person disappear for everybody, or throws why they cannot be erased. Bounded.</summary>
    void BeginErasure(SqliteSession session, Person person)
    {
    }

    /// <summary>Removes what has to go before the person's rows do, in writes of bounded size. Runs again from the start after a kill.</summary>
    ValueTask EraseAsync(Erasure erasure, CancellationToken ct) => ValueTask.CompletedTask;

    /// <summary>Removes copies of what the rows said, once these are gone. Runs again from the start after a kill, or when it throws.</summary>
    ValueTask ForgetAsync(Erasure erasure, CancellationToken ct) => ValueTask.CompletedTask;
}
