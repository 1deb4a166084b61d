namespace EdgeDb.Benchmarks.Soak;

/// <summary>Where callers can be stopped between two requests, so that the process can be measured at rest.</summary>
internal sealed class SoakGate(int callers)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _closed;
    private TaskCompletionSource? _allParked;
    private int _parked;

    /// <summary>Passed by each caller between two requests.</summary>
    public async ValueTask PassAsync()
    {
        Task opened;
        lock (_gate)
        {
            if (_closed is null)
                return;
            opened = _closed.Task;
            if (++_parked == callers)
                _allParked!.SetResult();
        }

        await opened;
    }

    /// <summary>Completes when every caller stands at it.</summary>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            (_closed, _allParked, _parked) = (NewSource(), NewSource(), 0);
            return _allParked.Task;
        }
    }

    public void Open()
    {
        lock (_gate)
        {
            _closed?.SetResult();
            _closed = null;
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
