using Npgsql;

namespace EdgeDb.Core.Connections;

/// <summary>
/// The statements of one connection with their parameters, least recently used out first. Npgsql keeps the server's side: at its second run
/// a statement is prepared in the same round trip, and the one that it displaces is deallocated in that round trip too. An explicit Prepare
/// would cost a round trip of its own for each statement and each eviction.
/// </summary>
internal sealed class PostgresCommandCache(int capacity)
{
    /// <summary>Runs after which a statement is prepared: the first run of a statement that is never seen again costs nothing extra.</summary>
    public const int RunsBeforePrepare = 2;

    private readonly Dictionary<PostgresCommand, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _newestFirst = [];

    /// <summary>Statements held.</summary>
    public int Count => _entries.Count;

    /// <summary>The statement, filled with <paramref name="values"/>.</summary>
    public NpgsqlBatchCommand Bind<TArgs>(PostgresCommand<TArgs> command, TArgs values)
    {
        var entry = Get(command);
        var arguments = new PostgresArguments(entry.Batched.Parameters);
        try
        {
            command.Bind(ref arguments, values);
        }
        catch (InvalidCastException e)
        {
            throw new ArgumentException($"'{command.Sql}' was run before with other types of values; a command always adds the same types.", e);
        }

        if (arguments.Count != entry.Batched.Parameters.Count)
            throw new ArgumentException($"'{command.Sql}' was run before with {entry.Batched.Parameters.Count} values and now with {arguments.Count}.");
        return entry.Batched;
    }

    /// <summary>
    /// Replaces a statement whose plan the server has dropped. Npgsql 10.0.0 marks the plan as stale but lets a command object that is used again
    /// keep it forever (fixed in 10.0.2: npgsql/npgsql#6433).
    /// </summary>
    public NpgsqlBatchCommand Renew(NpgsqlBatchCommand stale)
    {
        var renewed = new NpgsqlBatchCommand(stale.CommandText);
        var parameters = stale.Parameters.ToArray<NpgsqlParameter>();
        stale.Parameters.Clear();
        foreach (var parameter in parameters)
            renewed.Parameters.Add(parameter);
        foreach (var entry in _newestFirst)
            if (ReferenceEquals(entry.Batched, stale))
                entry.Batched = renewed;

        return renewed;
    }

    private Entry Get(PostgresCommand command)
    {
        if (_entries.TryGetValue(command, out var node))
        {
            _newestFirst.Remove(node);
        }
        else
        {
            if (_newestFirst.Count == capacity)
            {
                _entries.Remove(_newestFirst.Last!.Value.Command);
                _newestFirst.RemoveLast();
            }

            node = new(new Entry(command));
            _entries.Add(command, node);
        }

        _newestFirst.AddFirst(node);
        return node.Value;
    }

    private sealed class Entry(PostgresCommand command)
    {
        public PostgresCommand Command { get; } = command;

        public NpgsqlBatchCommand Batched { get; set; } = new(command.Sql);
    }
}
