using EdgeDb.Core.Audit;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Privacy;

/// <summary>What the audit log says by and about the person. Of an entry that names somebody else too, that detail is theirs and left out.</summary>
internal sealed class AuditPersonalData(AuditReader log) : IPersonalData
{
    private const int EntriesPerRead = 200;

    public void Preview(SqliteSession session, Person person, ErasurePreview preview)
    {
        var row = session.Prepare("SELECT count(*), count(DISTINCT sequence) FROM audit_detail WHERE owner IN (SELECT value FROM json_each(?1))").Bind(1, JsonList.Of(person.Subjects));
        row.Step();
        preview.Goes("auditDetails", row.Int64(0), "What the audit log says of them: names, addresses, what was done about them.");
        preview.Stays("auditEntries", row.Int64(1), "That something was done, and when, without who: the log stays whole and can be checked.");
    }

    public async ValueTask DescribeAsync(PersonView view, PersonJson json, CancellationToken ct)
    {
        var writer = json.Writer;
        writer.WriteStartArray("audit");
        long after = 0;
        while (true)
        {
            var entries = await log.OfSubjectsAsync(view.Person.Subjects, after, EntriesPerRead, ct).ConfigureAwait(false);
            foreach (var entry in entries)
            {
                writer.WriteStartObject();
                writer.WriteNumber("sequence", entry.Sequence);
                json.Instant("at", entry.At);
                writer.WriteString("kind", entry.Kind);
                writer.WriteString("actor", entry.Actor);
                writer.WriteString("who", entry.Who);
                writer.WriteString("what", entry.What);
                writer.WriteEndObject();
                await json.PaceAsync(ct).ConfigureAwait(false);
            }

            if (entries.Count < EntriesPerRead)
                break;
            after = entries[^1].Sequence;
        }

        writer.WriteEndArray();
    }
}
