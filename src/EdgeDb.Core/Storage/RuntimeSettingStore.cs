namespace EdgeDb.Core.Storage;

/// <summary>
/// The settings that are made while the service runs, in the household's file: they belong into the copies that are made of it. A few rows beside those of the
/// household, under a prefix of their own.
/// </summary>
internal static class RuntimeSettingStore
{
    private const string Prefix = "config.";

    /// <summary>Names and values, by name.</summary>
    public static ValueTask<IReadOnlyList<KeyValuePair<string, string>>> ReadAsync(ISqliteReads database, CancellationToken ct) => database.ReadAsync(
        0,
        static (session, _) =>
        {
            var found = new List<KeyValuePair<string, string>>();
            var rows = session.Prepare("SELECT name, value FROM setting WHERE name >= 'config.' AND name < 'config/' ORDER BY name");
            while (rows.Step())
                found.Add(new(rows.Text(0)![Prefix.Length..], rows.Text(1)!));
            return (IReadOnlyList<KeyValuePair<string, string>>)found;
        },
        ct);

    /// <summary>Keeps a value.</summary>
    public static Task SetAsync(SqliteDatabase database, string name, string value, CancellationToken ct) => database.WriteAsync(
        (Name: Prefix + name, Value: value),
        static (session, row) => SettingRows.Write(session, row.Name, row.Value),
        ct);

    /// <summary>Forgets a value.</summary>
    public static Task UnsetAsync(SqliteDatabase database, string name, CancellationToken ct) => database.WriteAsync(
        Prefix + name,
        SettingRows.Delete,
        ct);
}
