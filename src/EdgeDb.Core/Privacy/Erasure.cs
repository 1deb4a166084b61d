using System.Text;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Privacy;

/// <summary>
/// An erasure that was decided and is not finished: a row of <c>erasure</c>, from which it goes on after a kill. The row holds ids; the names it needs until the lines that say them are gone are sealed with
/// the person's own key, which goes last.
/// </summary>
/// <param name="Id">Of the row.</param>
/// <param name="Person">Id of the person.</param>
/// <param name="MemberId">Null for somebody who was no member.</param>
/// <param name="Subjects">Whose keys and rows go.</param>
/// <param name="Names">By which lines name the person; empty once the key is gone.</param>
/// <param name="Addresses">Mail addresses of the person that whoever asked knew of.</param>
internal sealed record Erasure(long Id, string Person, string? MemberId, IReadOnlyList<string> Subjects, IReadOnlyList<string> Names, IReadOnlyList<string> Addresses)
{
    private const string Place = "erasure.names";

    /// <summary>Those that are not finished, oldest first.</summary>
    public static List<Erasure> ReadAll(SqliteSession session, SubjectKeys keys)
    {
        var found = new List<Erasure>();
        var rows = session.Prepare("SELECT id, person, member_id, subjects, names FROM erasure WHERE finished_at IS NULL ORDER BY id");
        while (rows.Step())
        {
            var (names, addresses) = (new List<string>(), new List<string>());
            // Without the key all lines are gone: it goes after them.
            if (!rows.IsNull(4) && keys.Find(rows.Text(1)!) is { } key && key.HasSealed(rows.Blob(4)))
                foreach (var line in Encoding.UTF8.GetString(key.Open(Place, rows.Blob(4))).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                    (line[0] == 'n' ? names : addresses).Add(line[1..]);
            found.Add(new(rows.Int64(0), rows.Text(1)!, rows.Text(2), rows.Text(3)!.Split(' '), names, addresses));
        }

        return found;
    }

    /// <summary>Adds the row.</summary>
    /// <param name="session">The write.</param>
    /// <param name="person">Who is erased.</param>
    /// <param name="names">By <see cref="SealNames"/>.</param>
    /// <param name="replaceBackups">Whether backups of before go.</param>
    /// <param name="now">Unix seconds.</param>
    public static void Add(SqliteSession session, Person person, byte[] names, bool replaceBackups, long now) =>
        session.Prepare("INSERT INTO erasure (person, member_id, subjects, names, replace_backups, asked_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
            .Bind(1, person.Id).Bind(2, person.MemberId).Bind(3, string.Join(' ', person.Subjects)).BindBlob(4, names).Bind(5, replaceBackups ? 1L : 0L).Bind(6, now).Execute();

    public static byte[] SealNames(SubjectKeys keys, Person person, IReadOnlyList<string> addresses)
    {
        var lines = person.Names.Select(static name => "n" + name).Concat(addresses.Select(static address => "a" + address));
        return keys.For(person.Id).Seal(Place, Encoding.UTF8.GetBytes(string.Join('\n', lines)));
    }

    /// <summary>In the write that found out that backups name the person in rows that are not theirs: their key does not reach those.</summary>
    public void ReplaceBackups(SqliteSession session) => session.Prepare("UPDATE erasure SET replace_backups = 1 WHERE id = ?1").Bind(1, Id).Execute();
}
