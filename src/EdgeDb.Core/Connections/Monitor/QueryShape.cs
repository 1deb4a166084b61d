namespace EdgeDb.Core.Connections;

/// <summary>
/// What stays the same of a query whatever its values are. Queries of one shape have a prepared statement, a latency and a class in common.
/// Callers hold the shape of a constant statement in a static field.
/// </summary>
public sealed class QueryShape
{
    internal QueryShape(ulong id, string text, QueryClass @class)
    {
        Id = id;
        Text = text;
        Class = @class;
    }

    /// <summary>The fingerprint: equal in every process and version that normalises alike, and spread over all bits.</summary>
    public ulong Id { get; }

    /// <summary>The query without its values, for people; at most <see cref="QueryShapes.MaxTextLength"/> characters.</summary>
    public string Text { get; }

    /// <summary>As the statement reads, or as it was declared.</summary>
    public QueryClass Class { get; }

    /// <summary>The same shape, declared to be of another class: a statement cannot show that it calls a function that writes, or that it scans a whole table.</summary>
    public QueryShape As(QueryClass declared) => declared == Class ? this : new(Id, Text, declared);

    /// <inheritdoc/>
    public override string ToString() => Text;
}
