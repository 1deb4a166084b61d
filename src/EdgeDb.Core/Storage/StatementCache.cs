using System.Runtime.CompilerServices;
using System.Text;
using SQLitePCL;

namespace EdgeDb.Core.Storage;

/// <summary>
/// The prepared statements of one connection, least recently used out first. Stores pass string constants, so the first
/// probe compares references: it saves hashing a text of some hundred characters for every statement that runs.
/// </summary>
internal sealed class StatementCache(sqlite3 db, int capacity)
{
    // SQLITE_PREPARE_PERSISTENT: takes the statement's memory from the heap instead of the small lookaside slots.
    private const uint Persistent = 1;
    private const int ProbeSlots = 64;

    private readonly PreparedStatement?[] _probe = new PreparedStatement?[ProbeSlots];
    private readonly Dictionary<string, PreparedStatement> _byText = new(StringComparer.Ordinal);
    private PreparedStatement? _newest;
    private PreparedStatement? _oldest;

    /// <summary>Statements held.</summary>
    public int Count => _byText.Count;

    /// <summary>Statements compiled so far: stays still once the cache is warm.</summary>
    public long Compiled { get; private set; }

    public PreparedStatement Get(string sql)
    {
        ref var probed = ref _probe[RuntimeHelpers.GetHashCode(sql) & (ProbeSlots - 1)];
        if (probed is not { } statement || !ReferenceEquals(statement.Sql, sql))
        {
            if (!_byText.TryGetValue(sql, out statement!))
                statement = Add(sql);
            if (ReferenceEquals(statement.Sql, sql))
                probed = statement;
        }

        if (!ReferenceEquals(statement, _newest))
        {
            Unlink(statement);
            LinkNewest(statement);
        }

        return statement;
    }

    /// <summary>
    /// Drops what is beyond the capacity. Statements in use stay, so an operation may exceed it while it runs; so does the newest, which
    /// is about to be.
    /// </summary>
    public void Trim()
    {
        for (var statement = _oldest; statement != _newest && _byText.Count > capacity;)
        {
            var newer = statement!.Newer;
            if (!statement.InUse)
                Remove(statement);
            statement = newer;
        }
    }

    /// <summary>Finalizes every statement.</summary>
    public void Close()
    {
        foreach (var statement in _byText.Values)
            raw.sqlite3_finalize(statement.Handle);
        _byText.Clear();
        Array.Clear(_probe);
        _newest = _oldest = null;
    }

    private PreparedStatement Add(string sql)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(sql);
        var text = Encoding.UTF8.GetBytes(sql);
        var rc = raw.sqlite3_prepare_v3(db, text, Persistent, out var handle, out var tail);
        if (rc != raw.SQLITE_OK)
            throw StorageException.FromSqlite(db, rc, $"Preparing '{sql}'");
        if (handle.IsInvalid || !tail.Trim(" \t\r\n;"u8).IsEmpty)
        {
            raw.sqlite3_finalize(handle);
            throw new ArgumentException($"'{sql}' is not exactly one statement.", nameof(sql));
        }

        var statement = new PreparedStatement(db, handle, sql);
        Compiled++;
        _byText.Add(sql, statement);
        LinkNewest(statement);
        Trim();
        return statement;
    }

    private void Remove(PreparedStatement statement)
    {
        Unlink(statement);
        _byText.Remove(statement.Sql);
        ref var probed = ref _probe[RuntimeHelpers.GetHashCode(statement.Sql) & (ProbeSlots - 1)];
        if (ReferenceEquals(probed, statement))
            probed = null;
        raw.sqlite3_finalize(statement.Handle);
    }

    private void LinkNewest(PreparedStatement statement)
    {
        statement.Older = _newest;
        statement.Newer = null;
        if (_newest is not null)
            _newest.Newer = statement;
        _newest = statement;
        _oldest ??= statement;
    }

    private void Unlink(PreparedStatement statement)
    {
        if (statement.Newer is { } newer)
            newer.Older = statement.Older;
        else
            _newest = statement.Older;
        if (statement.Older is { } older)
            older.Newer = statement.Newer;
        else
            _oldest = statement.Newer;
    }
}
