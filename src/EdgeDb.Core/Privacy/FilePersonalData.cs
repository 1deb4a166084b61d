using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Privacy;

/// <summary>Files that damage left beside the database: whole copies of it, in the clear, kept for somebody to look at.</summary>
internal sealed class FilePersonalData(SqliteDatabase database) : IPersonalData
{
    public void Preview(SqliteSession session, Person person, ErasurePreview preview) =>
        preview.Goes("setAside", DatabaseFile.SetAsides(database.Path).Count, "Damaged files that were set aside: everybody is in them.");

    public ValueTask ForgetAsync(Erasure erasure, CancellationToken ct)
    {
        foreach (var file in DatabaseFile.SetAsides(database.Path))
            File.Delete(file);
        return ValueTask.CompletedTask;
    }
}
