using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Connections;

/// <summary>
/// Events in the order they happened. They are added under the lock of what changed and delivered after it, by one thread at a time: a listener may
/// call back into the breaker, and never sees "closed" before the "opened" it ends.
/// </summary>
internal sealed class CircuitEventLog(ILogger logger)
{
    private const int Kept = 64;

    private readonly Lock _gate = new();
    private readonly Queue<CircuitEvent> _waiting = new();
    private readonly Queue<CircuitEvent> _latest = new(Kept);
    private volatile bool _anyWaiting;
    private bool _delivering;

    /// <summary>Called for each event. What it throws is logged; the other listeners are still called.</summary>
    public event Action<CircuitEvent>? Happened;

    public void Add(CircuitEvent happened)
    {
        lock (_gate)
        {
            _waiting.Enqueue(happened);
            _anyWaiting = true;
            if (_latest.Count == Kept)
                _latest.Dequeue();
            _latest.Enqueue(happened);
        }
    }

    /// <summary>The latest 64, oldest first.</summary>
    public CircuitEvent[] Latest()
    {
        lock (_gate)
            return [.. _latest];
    }

    /// <summary>Delivers what waits, or leaves it to the thread that is delivering.</summary>
    public void Deliver()
    {
        if (!_anyWaiting)
            return;
        lock (_gate)
        {
            if (_delivering)
                return;
            _delivering = true;
        }

        while (TakeNext() is { } next)
            Deliver(next);
    }

    private CircuitEvent? TakeNext()
    {
        lock (_gate)
        {
            if (_waiting.TryDequeue(out var next))
                return next;
            // Under the lock that Add takes: an event added from here on finds nobody delivering and is delivered by its own thread.
            _delivering = _anyWaiting = false;
            return null;
        }
    }

    private void Deliver(CircuitEvent happened)
    {
        ResilienceLog.Happened(logger, happened);
        foreach (var listener in Delegate.EnumerateInvocationList(Happened))
        {
            try
            {
                listener(happened);
            }
#pragma warning disable CA1031 // A listener is not part of the request on whose thread it runs.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                ResilienceLog.ListenerFailed(logger, failure);
            }
        }
    }
}
