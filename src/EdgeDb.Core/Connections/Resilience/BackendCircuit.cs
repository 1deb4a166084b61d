using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Connections;

/// <summary>
/// The endpoints that can answer for each other, such as a primary and its replica. It has no rules of its own: it is open while no endpoint is closed or
/// half-open, so whoever routes asks it once instead of trying one after the other.
/// </summary>
internal sealed class BackendCircuit
{
    private readonly Lock _gate = new();
    private readonly EndpointBreaker[] _endpoints;
    private readonly TimeProvider _time;
    private readonly CircuitEventLog _events;
    private volatile CircuitState _state = CircuitState.Closed;

    public BackendCircuit(string name, IReadOnlyCollection<EndpointBreaker> endpoints, TimeProvider time, ILogger logger)
    {
        if (endpoints.Count == 0)
            throw new ArgumentException($"The backend {name} has no endpoints.", nameof(endpoints));
        Name = name;
        _endpoints = [.. endpoints];
        _time = time;
        _events = new CircuitEventLog(logger);
        foreach (var endpoint in _endpoints)
            endpoint.Happened += OnEndpoint;
    }

    /// <summary>Opened, half-opened and closed of the backend as a whole.</summary>
    public event Action<CircuitEvent>? Happened
    {
        add => _events.Happened += value;
        remove => _events.Happened -= value;
    }

    /// <summary>Name of the backend.</summary>
    public string Name { get; }

    /// <summary>The best state of its endpoints; <see cref="CircuitState.Isolated"/> only when each of them is.</summary>
    public CircuitState State => _state;

    /// <summary>The shortest time until one of its endpoints lets probes in; null when all are isolated.</summary>
    public TimeSpan? RetryAfter()
    {
        TimeSpan? least = null;
        foreach (var endpoint in _endpoints)
        {
            if (endpoint.RetryAfter() is { } left && (least is null || left < least))
                least = left;
        }

        return least;
    }

    private void OnEndpoint(CircuitEvent cause)
    {
        if (cause is { Kind: CircuitEventKind.LimitShrinkAdvised } or { Level: not CircuitLevel.Endpoint })
            return;
        lock (_gate)
        {
            // Read under the lock, not taken from the event: events of two endpoints race, states do not.
            var best = CircuitState.Isolated;
            foreach (var endpoint in _endpoints)
            {
                if (endpoint.State is var state && state < best)
                    best = state;
            }

            if (best == _state)
                return;
            _state = best;
            var kind = best switch
            {
                CircuitState.Closed => CircuitEventKind.Closed,
                CircuitState.HalfOpen => CircuitEventKind.HalfOpened,
                CircuitState.Open => CircuitEventKind.Opened,
                _ => CircuitEventKind.Isolated,
            };
            var reason = $"The last to change is {cause.Name}: {cause.Reason}";
            var until = best == CircuitState.Open && RetryAfter() is { } left ? _time.GetUtcNow() + left : (DateTimeOffset?)null;
            _events.Add(new CircuitEvent(
                _time.GetUtcNow(), kind, CircuitLevel.Backend, Name, null, cause.Failure, reason, cause.FailuresInARow, until));
        }

        _events.Deliver();
    }
}
