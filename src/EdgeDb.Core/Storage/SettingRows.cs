namespace EdgeDb.Core.Storage;

/// <summary>Rows of the table <c>setting</c>: single values that belong into the household's file and its copies, each under a name of its own.</summary>
internal static class SettingRows
{
    /// <summary>The value; null where there is none.</summary>
    public static string? Read(SqliteSession session, string name)
    {
        var row = session.Prepare("SELECT value FROM setting WHERE name = ?1").Bind(1, name);
        var value = row.Step() ? row.Text(0) : null;
        row.Reset();
        return value;
    }

    /// <summary>Writes the value, over one that is there. Rows changed.</summary>
    public static int Write(SqliteSession session, string name, string value) => session
        .Prepare("INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
        .Bind(1, name).Bind(2, value).Execute();

    /// <summary>Removes the value. Rows changed: none where there is none.</summary>
    public static int Delete(SqliteSession session, string name) =>
        session.Prepare("DELETE FROM setting WHERE name = ?1").Bind(1, name).Execute();
}
