using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Security;

/// <summary>A column whose values are sealed, each for the place <c>TABLE.COLUMN/ID</c>.</summary>
/// <param name="Purpose">With which keys.</param>
/// <param name="Table">The table; its column <c>id</c> is the row's name.</param>
/// <param name="Column">TEXT for <see cref="KeyRing.SealText"/>, BLOB for <see cref="KeyRing.Seal"/>; NULL where there is nothing.</param>
/// <param name="IsText">Which of the two.</param>
internal sealed record SealedColumn(KeyPurpose Purpose, string Table, string Column, bool IsText) : ISealedPlace
{
    private const int RowsAtOnce = 100;

    private readonly string _select = $"SELECT id, {Column} FROM {Table} WHERE id > ?1 AND {Column} IS NOT NULL ORDER BY id LIMIT {RowsAtOnce}";
    private readonly string _update = $"UPDATE {Table} SET {Column} = ?2 WHERE id = ?1";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<SealedColumn> All { get; } =
    [
        new(KeyPurpose.Secret, "feed", "address", IsText: true),
        new(KeyPurpose.Secret, "account", "totp", IsText: false),
        new(KeyPurpose.PrivateKey, "signing_key", "sealed", IsText: false),
    ];

    /// <inheritdoc/>
    public string Name { get; } = $"{Table}.{Column}/";

    /// <inheritdoc/>
    public async Task<int> SealAnewAsync(KeyRing keys, SqliteDatabase database, CancellationToken ct)
    {
        var broken = 0;
        var after = "";
        while (true)
        {
            // On the writer's thread, so that nobody changes a row between its reading and its writing.
            var (last, more) = await database.WriteAsync(
                (column: this, keys, after), static (session, step) => step.column.Some(session, step.keys, step.after), ct).ConfigureAwait(false);
            broken += more;
            if (last is null)
                return broken;
            after = last;
        }
    }

    private (string? Last, int Broken) Some(SqliteSession session, KeyRing keys, string after)
    {
        var values = new List<(string Id, byte[] Value)>(RowsAtOnce);
        var rows = session.Prepare(_select).Bind(1, after);
        while (rows.Step())
            values.Add((rows.Text(0)!, IsText ? KeyRing.Decode(rows.Text(1)!) : rows.Blob(1).ToArray()));

        var broken = 0;
        foreach (var (id, value) in values)
        {
            try
            {
                if (keys.SealAnew(Purpose, Name + id, value) is not { } anew)
                    continue;
                var row = session.Prepare(_update).Bind(1, id);
                _ = IsText ? row.Bind(2, KeyRing.Encode(anew)) : row.BindBlob(2, anew);
                row.Execute();
            }
            catch (SealBrokenException)
            {
                broken++;
            }
        }

        return (values.Count < RowsAtOnce ? null : values[^1].Id, broken);
    }
}
