using System.IO.Pipelines;
using EdgeDb.Core.Access;
using EdgeDb.Core.Household;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Privacy;

/// <summary>Everything about a person: getting it, over all stores that keep something of them.</summary>
internal sealed class Persons(ISqliteReads database, IReadOnlyList<IPersonalData> stores, TimeProvider time)
{
    /// <summary>Of <c>person.json</c>; raised when a reader of the one before would not understand it.</summary>
    private const int Format = 1;

    /// <summary>The person of that id, of a member or of an account. Throws <see cref="HouseholdException"/> when there is none.</summary>
    public async ValueTask<Person> RequireAsync(string id, CancellationToken ct) =>
        await database.ReadAsync(id, static (session, id) => Person.Find(session, id), ct).ConfigureAwait(false)
        ?? throw new HouseholdException(HouseholdError.NotFound, $"There is no person '{HouseholdException.Shorten(id)}'.", "id");

    /// <summary>Whose export somebody gets, and as whom: what they see of calendars bounds it, also for an owner.</summary>
    public static PersonView ViewOf(Person person, Principal principal) => new(
        person, principal.Sight,
        principal.Sight.Kind == SightKind.Everything || (principal.MemberId ?? principal.AccountId) == person.Id);

    /// <summary>Writes a zip: <c>person.json</c>, and calendars as iCalendar. Memory does not grow with it.</summary>
    public async Task ExportAsync(PersonView view, PipeWriter output, CancellationToken ct)
    {
        var archive = new PersonArchive(output, time.GetUtcNow());
        await archive.AddAsync("person.json", (file, token) => DescribeAsync(view, file, token), ct).ConfigureAwait(false);
        foreach (var store in stores)
            await store.AddFilesAsync(view, archive, ct).ConfigureAwait(false);
        await archive.CompleteAsync(ct).ConfigureAwait(false);
    }

    private async ValueTask DescribeAsync(PersonView view, PipeWriter file, CancellationToken ct)
    {
        var json = new PersonJson(file);
        await using (json.ConfigureAwait(false))
        {
            json.Writer.WriteNumber("format", Format);
            json.Writer.WriteString("id", view.Person.Id);
            json.Writer.WriteString("name", view.Person.Name);
            json.Instant("exportedAt", time.GetUtcNow().ToUnixTimeSeconds());
            // Said always, so that it does not tell whether there is something.
            json.Writer.WriteString(
                "leftOut", view.IsOwn ? null : "Private calendars and events that whoever made this export does not see. The person gets them with an export of their own.");
            foreach (var store in stores)
                await store.DescribeAsync(view, json, ct).ConfigureAwait(false);
        }
    }
}
