using System.Collections.Concurrent;

namespace EdgeDb.Core.Connections;

/// <summary>Objects kept for reuse, a bounded number of them.</summary>
internal sealed class Spares<T>(int capacity)
    where T : class
{
    private readonly ConcurrentQueue<T> _rest = new();
    private T? _first;
    private int _count;

    public T? Take()
    {
        if (_first is { } first && Interlocked.CompareExchange(ref _first, null, first) == first)
            return first;
        if (!_rest.TryDequeue(out var next))
            return null;
        Interlocked.Decrement(ref _count);
        return next;
    }

    /// <summary>False when there are enough.</summary>
    public bool TryKeep(T spare)
    {
        if (_first is null && Interlocked.CompareExchange(ref _first, spare, null) is null)
            return true;
        if (Interlocked.Increment(ref _count) <= capacity)
        {
            _rest.Enqueue(spare);
            return true;
        }

        Interlocked.Decrement(ref _count);
        return false;
    }
}
