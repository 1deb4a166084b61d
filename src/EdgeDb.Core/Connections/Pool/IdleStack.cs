namespace EdgeDb.Core.Connections;

/// <summary>
/// The connections of one role that can take a lease, latest returned on top: it has the warmest caches, and those at the bottom get old enough
/// to be closed. Linked through the connections, so nothing is allocated and one in the middle is taken in constant time.
/// </summary>
internal sealed class IdleStack<T>
    where T : class
{
    // Affinity must not cost more than it saves: a connection that far down is cold in every other way.
    private const int AffinityDepth = 8;

    public PooledConnection<T>? Top { get; private set; }

    public PooledConnection<T>? Bottom { get; private set; }

    public int Count { get; private set; }

    public void Push(PooledConnection<T> connection)
    {
        connection.IsStacked = true;
        connection.Below = Top;
        connection.Above = null;
        if (Top is not null)
            Top.Above = connection;
        else
            Bottom = connection;
        Top = connection;
        Count++;
    }

    public void PushBottom(PooledConnection<T> connection)
    {
        if (Bottom is null)
        {
            Push(connection);
            return;
        }

        connection.IsStacked = true;
        (connection.Above, connection.Below) = (Bottom, null);
        Bottom.Below = connection;
        Bottom = connection;
        Count++;
    }

    public void Remove(PooledConnection<T> connection)
    {
        connection.IsStacked = false;
        if (connection.Above is not null)
            connection.Above.Below = connection.Below;
        else
            Top = connection.Below;
        if (connection.Below is not null)
            connection.Below.Above = connection.Above;
        else
            Bottom = connection.Above;
        (connection.Above, connection.Below) = (null, null);
        Count--;
    }

    /// <summary>The topmost connection that has run <paramref name="shape"/> lately; else null.</summary>
    public PooledConnection<T>? Find(ulong shape)
    {
        var candidate = Top;
        for (var depth = 0; candidate is not null && depth < AffinityDepth; depth++, candidate = candidate.Below)
            if (candidate.Holds(shape))
                return candidate;
        return null;
    }
}
