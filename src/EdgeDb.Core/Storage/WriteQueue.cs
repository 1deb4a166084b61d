using System.Diagnostics;

namespace EdgeDb.Core.Storage;

/// <summary>
/// The writes that wait, a ring of fixed size. One thread takes, many add.
/// </summary>
internal sealed class WriteQueue(int capacity)
{
    private static readonly TimeSpan OneMillisecond = TimeSpan.FromMilliseconds(1);

    private readonly object _gate = new();
    private readonly IWriteOperation[] _ring = new IWriteOperation[capacity];
    private int _head;
    private int _count;
    private int _wakeAt;
    private bool _maintenanceDue;
    private bool _closed;

    /// <summary>Writes that wait now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _count;
        }
    }

    /// <summary>Adds a write. Throws at once when the queue is full or closed.</summary>
    public void Add(IWriteOperation operation)
    {
        lock (_gate)
        {
            if (_closed)
                throw new StorageException(StorageFailure.Closed, "The database is closed; no write can start.");
            if (_count == _ring.Length)
            {
                throw new StorageBusyException(
                    $"{_count} writes wait already, which is WriteQueueCapacity. Slow the callers down, put more rows into one write, " +
                    "or raise WriteQueueCapacity.");
            }

            var tail = _head + _count;
            _ring[tail < _ring.Length ? tail : tail - _ring.Length] = operation;
            _count++;
            // The taker names the count it waits for, so that a burst wakes it once and not once a write.
            if (_count == _wakeAt)
                Monitor.Pulse(_gate);
        }
    }

    /// <summary>
    /// Blocks until there is work and moves up to <paramref name="most"/> writes into <paramref name="batch"/>.
    /// When some but fewer than <paramref name="expected"/> wait, it gives the rest <paramref name="gather"/> to come.
    /// False when the queue is closed and empty. An empty batch means that maintenance is due.
    /// </summary>
    public bool Take(List<IWriteOperation> batch, int most, int expected, TimeSpan gather)
    {
        lock (_gate)
        {
            while (_count == 0 && !_closed && !_maintenanceDue)
                Wait_NeedsLock(1, Timeout.InfiniteTimeSpan);
        }

        Gather(Math.Min(expected, Math.Min(most, _ring.Length)), gather);
        lock (_gate)
        {
            if (_count == 0)
            {
                _maintenanceDue = false;
                return !_closed;
            }

            for (var taken = Math.Min(_count, most); taken > 0; taken--)
            {
                batch.Add(_ring[_head]);
                _ring[_head] = null!;
                _head = _head + 1 < _ring.Length ? _head + 1 : 0;
                _count--;
            }

            return true;
        }
    }

    /// <summary>Wakes the taker for maintenance once nothing waits.</summary>
    public void RequestMaintenance()
    {
        lock (_gate)
        {
            _maintenanceDue = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Refuses new writes; those that wait are still taken.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.Pulse(_gate);
        }
    }

    private void Wait_NeedsLock(int wakeAt, TimeSpan limit)
    {
        _wakeAt = wakeAt;
        Monitor.Wait(_gate, limit);
        _wakeAt = 0;
    }

    /// <summary>Waits for writes that are on their way. A monitor waits whole milliseconds, so a shorter time is spent yielding the core.</summary>
    private void Gather(int expected, TimeSpan limit)
    {
        var started = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _count) is > 0 and var waiting && waiting < expected)
        {
            var left = limit - Stopwatch.GetElapsedTime(started);
            if (left <= TimeSpan.Zero || Volatile.Read(ref _closed))
                return;

            if (left < OneMillisecond)
            {
                Thread.Yield();
                continue;
            }

            lock (_gate)
            {
                if (_count < expected && !_closed)
                    Wait_NeedsLock(expected, left);
            }
        }
    }
}
