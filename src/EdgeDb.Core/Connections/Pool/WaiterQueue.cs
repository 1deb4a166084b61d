namespace EdgeDb.Core.Connections;

/// <summary>Callers that wait, in the order they came. Linked through the waiters. Used under the pool's lock.</summary>
internal sealed class WaiterQueue<T>
    where T : class
{
    public PoolWaiter<T>? Oldest { get; private set; }

    public PoolWaiter<T>? Newest { get; private set; }

    public int Count { get; private set; }

    public void Add(PoolWaiter<T> waiter)
    {
        waiter.IsQueued = true;
        (waiter.Older, waiter.Newer) = (Newest, null);
        if (Newest is not null)
            Newest.Newer = waiter;
        else
            Oldest = waiter;
        Newest = waiter;
        Count++;
    }

    public void Remove(PoolWaiter<T> waiter)
    {
        waiter.IsQueued = false;
        if (waiter.Older is not null)
            waiter.Older.Newer = waiter.Newer;
        else
            Oldest = waiter.Newer;
        if (waiter.Newer is not null)
            waiter.Newer.Older = waiter.Older;
        else
            Newest = waiter.Older;
        (waiter.Older, waiter.Newer) = (null, null);
        Count--;
    }
}
