using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using SQLitePCL;

namespace EdgeDb.Core.Storage;

/// <summary>
/// A prepared statement, on loan until the operation ends or <see cref="SqliteSession.Prepare"/> is called again with the same text.
/// Using it after that throws <see cref="InvalidOperationException"/>. Parameters count from 1, columns from 0.
/// Nothing here allocates, but the strings that are asked for.
/// </summary>
[SuppressMessage("Naming", "CA1720", Justification = "A column is read as a type, and its name says which.")]
public readonly struct SqliteStatement
{
    private const int StackBytes = 512;

    private readonly PreparedStatement _prepared;
    private readonly int _generation;

    internal SqliteStatement(PreparedStatement prepared)
    {
        _prepared = prepared;
        _generation = prepared.Generation;
    }

    /// <summary>Number of columns of a row; 0 for a statement that returns none.</summary>
    public int ColumnCount => SqliteNative.ColumnCount(Pointer);

    private nint Pointer
    {
        get
        {
            if (_prepared is null || _prepared.Generation != _generation)
                ThrowStale();
            return _prepared!.Pointer;
        }
    }

    /// <summary>Binds an integer.</summary>
    public SqliteStatement Bind(int index, long value) => Bound(SqliteNative.BindInt64(Pointer, index, value), index);

    /// <summary>Binds an integer or NULL.</summary>
    public SqliteStatement Bind(int index, long? value) => value is { } set ? Bind(index, set) : BindNull(index);

    /// <summary>Binds a real number; NaN becomes NULL, as SQLite has none.</summary>
    public SqliteStatement Bind(int index, double value) => Bound(SqliteNative.BindDouble(Pointer, index, value), index);

    /// <summary>Binds text or NULL.</summary>
    public SqliteStatement Bind(int index, string? value) => value is null ? BindNull(index) : Bind(index, value.AsSpan());

    /// <summary>Binds text. A lone surrogate becomes U+FFFD.</summary>
    public SqliteStatement Bind(int index, ReadOnlySpan<char> value)
    {
        var most = Encoding.UTF8.GetMaxByteCount(value.Length);
        if (most <= StackBytes)
        {
            Span<byte> small = stackalloc byte[StackBytes];
            return BindUtf8(index, small[..Encoding.UTF8.GetBytes(value, small)]);
        }

        var large = ArrayPool<byte>.Shared.Rent(most);
        try
        {
            return BindUtf8(index, large.AsSpan(0, Encoding.UTF8.GetBytes(value, large)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(large);
        }
    }

    /// <summary>Binds text that is UTF-8 already; SQLite takes a copy.</summary>
    public SqliteStatement BindUtf8(int index, ReadOnlySpan<byte> value) =>
        Bound(SqliteNative.BindText(Pointer, index, value), index);

    /// <summary>Binds bytes; SQLite takes a copy.</summary>
    public SqliteStatement BindBlob(int index, ReadOnlySpan<byte> value) =>
        Bound(SqliteNative.BindBlob(Pointer, index, value), index);

    /// <summary>Binds NULL.</summary>
    public SqliteStatement BindNull(int index) => Bound(SqliteNative.BindNull(Pointer, index), index);

    /// <summary>Goes to the next row. False when there is none. Throws <see cref="StorageException"/> when SQLite fails.</summary>
    public bool Step()
    {
        var rc = SqliteNative.Step(Pointer);
        if (rc == raw.SQLITE_ROW)
            return true;

        if (rc != raw.SQLITE_DONE)
            throw Failed(rc);

        // Without this a further Step() would start over, and the read would hold its cursor until the operation ends.
        SqliteNative.Reset(_prepared.Pointer);
        return false;
    }

    /// <summary>Runs to the end, whatever rows there are, and returns how many rows an INSERT, UPDATE or DELETE changed.</summary>
    public int Execute()
    {
        while (Step())
        {
        }

        return raw.sqlite3_changes(_prepared.Db);
    }

    /// <summary>Ends the walk over the rows and keeps the bound values, so that the statement can run again.</summary>
    public void Reset() => SqliteNative.Reset(Pointer);

    /// <summary>True when the column is NULL.</summary>
    public bool IsNull(int column) => SqliteNative.ColumnType(Pointer, column) == raw.SQLITE_NULL;

    /// <summary>The type of the column's value as SQLite numbers it, for example <see cref="raw.SQLITE_TEXT"/>.</summary>
    internal int Type(int column) => SqliteNative.ColumnType(Pointer, column);

    /// <summary>The column as an integer; NULL is 0.</summary>
    public long Int64(int column) => SqliteNative.ColumnInt64(Pointer, column);

    /// <summary>The column as an integer. Throws <see cref="OverflowException"/> when it does not fit.</summary>
    public int Int32(int column) => checked((int)SqliteNative.ColumnInt64(Pointer, column));

    /// <summary>The column as an integer, null for NULL.</summary>
    public long? NullableInt64(int column) => IsNull(column) ? null : Int64(column);

    /// <summary>The column as a real number; NULL is 0.</summary>
    public double Double(int column) => SqliteNative.ColumnDouble(Pointer, column);

    /// <summary>The column as text, null for NULL.</summary>
    public string? Text(int column) => IsNull(column) ? null : Encoding.UTF8.GetString(Utf8(column));

    /// <summary>The column's text as UTF-8, empty for NULL. Valid until the next <see cref="Step"/> or <see cref="Reset"/>.</summary>
    public ReadOnlySpan<byte> Utf8(int column) =>
        SqliteNative.ColumnBytes(Pointer, column);

    /// <summary>The column's bytes, empty for NULL. Valid until the next <see cref="Step"/> or <see cref="Reset"/>.</summary>
    public ReadOnlySpan<byte> Blob(int column) => SqliteNative.ColumnBytes(Pointer, column);

    private static void ThrowStale() => throw new InvalidOperationException(
        "This statement was taken back: its operation has ended, or the same text was prepared again while its rows were being read. " +
        "Read the rows into a list first, or use a second text.");

    private SqliteStatement Bound(int rc, int index)
    {
        if (rc != raw.SQLITE_OK)
            throw StorageException.FromSqlite(_prepared.Db, rc, $"Binding parameter {index} of '{_prepared.Sql}'");
        _prepared.HasBindings = true;
        return this;
    }

    private StorageException Failed(int rc)
    {
        var failure = StorageException.FromSqlite(_prepared.Db, rc, $"Running '{_prepared.Sql}'");
        SqliteNative.Reset(_prepared.Pointer);
        return failure;
    }
}
