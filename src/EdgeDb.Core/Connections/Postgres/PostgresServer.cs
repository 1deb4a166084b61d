namespace EdgeDb.Core.Connections;

/// <summary>
/// What the connections of an endpoint last heard of their server. Every answer counts: the one at open, the check of an idle connection, and
/// the position that comes with a read that asks for one.
/// </summary>
internal sealed class PostgresServer(string name)
{
    private readonly Lock _gate = new();
    private PostgresServerState? _state;
    private long? _failedAt;

    /// <summary>Name of the endpoint.</summary>
    public string Name { get; } = name;

    /// <summary>Latest news; null until the first connection was opened.</summary>
    public PostgresServerState? State
    {
        get
        {
            lock (_gate)
                return _state;
        }
    }

    /// <summary>False when the latest attempt to reach it failed; true before the first.</summary>
    public bool IsReachable
    {
        get
        {
            lock (_gate)
                return _failedAt is null;
        }
    }

    public void Observe(in PostgresServerState state)
    {
        lock (_gate)
        {
            if (_state is not { } known || state.ObservedAt >= known.ObservedAt)
                _state = state;
            if (_failedAt <= state.ObservedAt)
                _failedAt = null;
        }
    }

    /// <param name="now">When the attempt ended.</param>
    public void ObserveFailure(long now)
    {
        lock (_gate)
            _failedAt = now;
    }
}
