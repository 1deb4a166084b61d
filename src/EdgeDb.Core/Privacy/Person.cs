using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Privacy;

/// <summary>Somebody of whom the household keeps something: a member, or who has an account without being one, such as a guest.</summary>
/// <param name="Id">As <see cref="Backups.SubjectRows"/> names them: of the member, else of the account.</param>
/// <param name="MemberId">Null for somebody who is no member.</param>
/// <param name="AccountId">Null for somebody who cannot sign in.</param>
/// <param name="Name">What they are called: as a member, else as an account.</param>
/// <param name="Names">Every name by which the household knows them.</param>
/// <param name="Subjects">Whose keys seal what is theirs: of the member, of the account, and of those that were theirs before and are gone.</param>
internal sealed record Person(string Id, string? MemberId, string? AccountId, string Name, IReadOnlyList<string> Names, IReadOnlyList<string> Subjects)
{

    /// <summary>The person of that id, of a member or an account; null when there is none.</summary>
    public static Person? Find(SqliteSession session, string id) => All(session).Find(person => person.MemberId == id || person.AccountId == id);

    /// <summary>Everybody who is called so, or has this id. Case does not matter.</summary>
    public static IReadOnlyList<Person> FindByName(SqliteSession session, string name) =>
        All(session).FindAll(person => person.MemberId == name || person.AccountId == name || person.Names.Contains(name, StringComparer.OrdinalIgnoreCase));

    private static List<Person> All(SqliteSession session)
    {
        var persons = new List<Person>();
        var rows = session.Prepare(
            """
            SELECT m.id, m.name, a.id, a.name FROM member m LEFT JOIN account a ON a.member_id = m.id
            UNION ALL
            SELECT NULL, NULL, id, name FROM account WHERE member_id IS NULL
            """);
        while (rows.Step())
        {
            var (member, memberName, account, accountName) = (rows.Text(0), rows.Text(1), rows.Text(2), rows.Text(3));
            var id = member ?? account!;
            persons.Add(new(
                id, member, account, memberName ?? accountName!, [.. new[] { memberName, accountName }.OfType<string>().Distinct(StringComparer.Ordinal)],
                [id, .. account is null || account == id ? [] : new[] { account }, .. Former(session, id, account)]));
        }

        return persons;
    }

    private static List<string> Former(SqliteSession session, string id, string? account)
    {
        var former = new List<string>();
        var rows = session.Prepare(
                """
                SELECT DISTINCT other FROM former_subject f WHERE subject IN (?1, ?2) AND other NOT IN (?1, ?2)
                  AND NOT EXISTS (SELECT 1 FROM member WHERE id = f.other) AND NOT EXISTS (SELECT 1 FROM account WHERE id = f.other) ORDER BY other
                """)
            .Bind(1, id).Bind(2, account ?? id);
        while (rows.Step())
            former.Add(rows.Text(0)!);
        rows.Reset();
        return former;
    }
}
