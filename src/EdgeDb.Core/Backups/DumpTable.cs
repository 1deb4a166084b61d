using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Backups;

/// <summary>A table as it is dumped: its rows in the order of its key, which is also the fastest to insert them in.</summary>
internal sealed record DumpTable(string Name, IReadOnlyList<string> Columns)
{
    private string Quoted => string.Join(", ", Columns.Select(Quote));

    /// <summary>The columns, and as one more the person whose row it is, or NULL.</summary>
    public string Select(string? subject) => $"SELECT {string.Join(", ", Columns.Select(static column => "t." + Quote(column)))}, {subject ?? "NULL"} FROM {Quote(Name)} AS t";

    public string Insert => $"INSERT INTO {Quote(Name)} ({Quoted}) VALUES ({string.Join(", ", Enumerable.Repeat("?", Columns.Count))})";

    /// <summary>How many rows it has.</summary>
    public long Count(SqliteSession session)
    {
        var count = session.Prepare($"SELECT count(*) FROM {Quote(Name)}");
        count.Step();
        return count.Int64(0);
    }

    /// <summary>All tables of a file, by name. Throws <see cref="NotSupportedException"/> for one that is not made of rows of its own.</summary>
    public static IReadOnlyList<DumpTable> ReadAll(SqliteSession session)
    {
        var names = new List<string>();
        var rows = session.Prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name");
        while (rows.Step())
        {
            if (rows.Text(1)!.StartsWith("CREATE VIRTUAL", StringComparison.OrdinalIgnoreCase))
                throw new NotSupportedException($"'{rows.Text(0)}' is a virtual table, which a backup cannot hold.");
            names.Add(rows.Text(0)!);
        }

        return names.ConvertAll(name => new DumpTable(name, ColumnsOf(session, name)));
    }

    private static List<string> ColumnsOf(SqliteSession session, string table)
    {
        var columns = new List<string>();
        var rows = session.Prepare("SELECT name FROM pragma_table_info(?1) ORDER BY cid").Bind(1, table);
        while (rows.Step())
            columns.Add(rows.Text(0)!);
        return columns;
    }

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
