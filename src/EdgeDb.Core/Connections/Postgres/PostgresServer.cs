using NpgsqlTypes;

namespace EdgeDb.Core.Connections;

/// <summary>
/// What the connections of an endpoint last heard of their server. Every answer counts: the check at open, the check of an idle connection, and
/// the position that comes with each read that asks for one.
/// </summary>
internal sealed class PostgresServer
{
    private readonly Lock _gate = new();
    private PostgresServerState? _state;

    /// <summary>Latest news; null until the first connection was opened.</summary>
    public PostgresServerState? State
    {
        get
        {
            lock (_gate)
                return _state;
        }
    }

    public void Observe(in PostgresServerState state)
    {
        lock (_gate)
        {
            if (_state is not { } known || state.ObservedAt >= known.ObservedAt)
                _state = state;
        }
    }

    /// <summary>A read told the position and the role only; the rest stays as it was at open, unless the role changed.</summary>
    public void Observe(bool inRecovery, NpgsqlLogSequenceNumber position, long now)
    {
        lock (_gate)
        {
            if (_state is { } known && now >= known.ObservedAt)
                _state = known with { InRecovery = inRecovery, Position = position, ObservedAt = now, Timeline = known.InRecovery == inRecovery ? known.Timeline : 0 };
        }
    }
}
