using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Work;

/// <summary>
/// Everything the service does without being asked for an answer. Few jobs at a time, by priority, and only while no request is being made; but a job
/// that has stepped back for its <see cref="Patience"/> begins next, whatever else goes on, so none starves. A run that fails is tried again, later each time.
/// In an emergency nothing begins but what says that it goes on: the rest would fill a disk that is full, or heat what is too hot. What runs already ends.
/// </summary>
internal sealed partial class BackgroundQueue : IDisposable
{
    /// <summary>Jobs at most; more are refused.</summary>
    public const int Capacity = 64;

    /// <summary>How soon the requests are looked at again while they keep a job from beginning.</summary>
    internal static readonly TimeSpan BusyLook = TimeSpan.FromMilliseconds(100);

    internal static readonly TimeSpan FirstBackOff = TimeSpan.FromMinutes(1);
    internal static readonly TimeSpan LongestBackOff = TimeSpan.FromMinutes(15);
    internal static readonly TimeSpan LongestYield = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan YieldStep = TimeSpan.FromMilliseconds(20);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, WorkKind> _kinds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WorkEntry> _entries = new(StringComparer.Ordinal);
    private readonly HashSet<Task> _runs = [];
    private readonly SemaphoreSlim _changed = new(0, 1);
    private readonly Func<bool> _isBusy;
    private readonly Func<bool> _isHalted;
    private readonly WorkStore _store;
    private readonly int _concurrency;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private long _order;
    private int _places;
    private long _succeeded;
    private long _failed;

    /// <param name="isBusy">Requests are being made or wait. Called under the lock of the queue.</param>
    /// <param name="isHalted">There is an emergency; <see cref="LookAgain"/> is called when that has changed. Called under the lock of the queue.</param>
    /// <param name="store">Of jobs that outlive the process.</param>
    /// <param name="concurrency">Jobs at once, not counting those that wait for servers.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Told of failures.</param>
    public BackgroundQueue(Func<bool> isBusy, Func<bool> isHalted, WorkStore store, int concurrency, TimeProvider time, ILogger<BackgroundQueue> logger)
    {
        _isBusy = isBusy;
        _isHalted = isHalted;
        _store = store;
        _concurrency = concurrency;
        _time = time;
        _logger = logger;
    }

    /// <summary>Runs that succeeded since the start.</summary>
    public long Succeeded => Volatile.Read(ref _succeeded);

    /// <summary>Runs that failed since the start.</summary>
    public long Failed => Volatile.Read(ref _failed);

    /// <summary>How long a job that could begin steps back for requests and for jobs of more weight.</summary>
    public static TimeSpan Patience(WorkPriority priority) => priority switch
    {
        WorkPriority.Soon => TimeSpan.FromSeconds(2),
        WorkPriority.Normal => TimeSpan.FromSeconds(30),
        _ => TimeSpan.FromMinutes(5),
    };

    /// <summary>Makes a kind known, before anything of it is asked for.</summary>
    public void Register(WorkKind kind)
    {
        lock (_lock)
            _kinds.Add(kind.Name, kind);
    }

    /// <summary>Takes over what an earlier process left undone. A kind that this version does not know stays for the one that does.</summary>
    public async Task LoadAsync(CancellationToken ct)
    {
        foreach (var (request, asked) in await _store.LoadAsync(ct).ConfigureAwait(false))
            if (!_kinds.ContainsKey(request.Kind))
                LogUnknown(_logger, request.Name, request.Kind);
            else
                Add(request, TimeSpan.Zero, asked);
    }

    /// <summary>Asks for a job that needs no keeping. One that is known by its key is due no later than this asks for. False when the queue is full.</summary>
    public bool TryAdd(WorkRequest request, TimeSpan delay = default) => Add(request, delay, asked: 0);

    /// <summary>Asks for a job of a kind that is kept: once this returns true it will be done, also after a kill. False when the queue is full.</summary>
    public async Task<bool> AddKeptAsync(WorkRequest request, CancellationToken ct)
    {
        var asked = await _store.AddAsync(request, ct).ConfigureAwait(false);
        if (Add(request, TimeSpan.Zero, asked))
            return true;
        await _store.RemoveAsync(request.Key, asked, ct).ConfigureAwait(false);
        return false;
    }

    /// <summary>Makes a job that is known due now; once more when it runs already.</summary>
    public void Wake(string key)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out var entry))
                return;
            Hurry(entry, _time.GetTimestamp());
        }

        Signal();
    }

    /// <summary>What keeps jobs from beginning may have ended.</summary>
    public void LookAgain() => Signal();

    /// <summary>Every job, those that run first, then by who may begin next.</summary>
    public IReadOnlyList<WorkStatus> Snapshot()
    {
        lock (_lock)
        {
            var (now, timestamp) = (_time.GetUtcNow(), _time.GetTimestamp());
            return [.. _entries.Values.OrderByDescending(static e => e.State == WorkState.Running).ThenBy(static e => e.DueAt).ThenBy(static e => e.Order)
                .Select(entry => new WorkStatus(
                    entry.Kind.Name, entry.Request.Name, entry.State, entry.Progress?.Done, entry.Progress?.Total, entry.Since,
                    entry.State == WorkState.Running ? null : now + (entry.DueAt > timestamp ? _time.GetElapsedTime(timestamp, entry.DueAt) : TimeSpan.Zero)))];
        }
    }

    /// <summary>Runs until cancelled; returns when no job runs any more.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            while (!ct.IsCancellationRequested)
            {
                var pause = Pump(ct);
                using var timer = _time.CreateTimer(static state => ((BackgroundQueue)state!).Signal(), this, pause, Timeout.InfiniteTimeSpan);
                await _changed.WaitAsync(ct).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The host stops; the runs see the same token.
        }

        await Task.WhenAll(Runs()).ConfigureAwait(false);
    }

    /// <summary>Begins what may begin now. Returns when to look again, if nothing happens before; infinite when time alone changes nothing.</summary>
    internal TimeSpan Pump(CancellationToken ct)
    {
        lock (_lock)
        {
            TimeSpan pause;
            while (Choose(out pause) is { } next)
                Begin(next, ct);
            return pause;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _changed.Dispose();

    /// <summary>What runs now.</summary>
    internal Task[] Runs()
    {
        lock (_lock)
            return [.. _runs];
    }

    internal async ValueTask YieldAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var begun = _time.GetTimestamp();
        while (_isBusy() && _time.GetElapsedTime(begun) < LongestYield)
            await Task.Delay(YieldStep, _time, ct).ConfigureAwait(false);
    }

    private bool Add(WorkRequest request, TimeSpan delay, long asked)
    {
        lock (_lock)
        {
            var kind = _kinds[request.Kind];
            if (kind.IsKept != asked > 0)
                throw new InvalidOperationException($"Jobs of kind '{kind.Name}' are {(kind.IsKept ? "" : "not ")}kept.");
            var due = _time.GetTimestamp() + (long)(delay.TotalSeconds * _time.TimestampFrequency);
            if (_entries.TryGetValue(request.Key, out var known))
            {
                known.Request = request;
                known.Asked = Math.Max(known.Asked, asked);
                Hurry(known, due);
            }
            else if (_entries.Count >= Capacity)
            {
                return false;
            }
            else
            {
                _entries.Add(request.Key, new(kind, request, _order++) { Asked = asked, DueAt = due, Since = _time.GetUtcNow() });
            }
        }

        Signal();
        return true;
    }

    private static void Hurry(WorkEntry entry, long due)
    {
        if (entry.State == WorkState.Running)
            entry.IsAskedAgain = true;
        else
            entry.DueAt = Math.Min(entry.DueAt, due);
    }

    private WorkEntry? Choose(out TimeSpan pause)
    {
        var now = _time.GetTimestamp();
        var isBusy = _isBusy();
        var isHalted = _isHalted();
        WorkEntry? best = null;
        var bestIsLate = false;
        pause = Timeout.InfiniteTimeSpan;
        foreach (var entry in _entries.Values)
        {
            if (entry.State == WorkState.Running || (!entry.Kind.WaitsForServers && _places >= _concurrency) || (isHalted && !entry.Kind.GoesOnInNeed))
                continue;
            if (entry.DueAt > now)
            {
                pause = Earlier(pause, _time.GetElapsedTime(now, entry.DueAt));
                continue;
            }

            var isLate = _time.GetElapsedTime(entry.DueAt, now) >= Patience(entry.Kind.Priority);
            if (isBusy && !isLate)
                pause = Earlier(pause, BusyLook);
            else if (best is null || IsBefore(entry, isLate, best, bestIsLate))
                (best, bestIsLate) = (entry, isLate);
        }

        return best;
    }

    private static bool IsBefore(WorkEntry entry, bool isLate, WorkEntry other, bool otherIsLate)
    {
        if (isLate != otherIsLate)
            return isLate;
        if (!isLate && entry.Kind.Priority != other.Kind.Priority)
            return entry.Kind.Priority > other.Kind.Priority;
        return entry.DueAt != other.DueAt ? entry.DueAt < other.DueAt : entry.Order < other.Order;
    }

    private void Begin(WorkEntry entry, CancellationToken ct)
    {
        if (!entry.Kind.WaitsForServers)
            _places++;
        Enter(entry, WorkState.Running);
        entry.IsAskedAgain = false;
        var asked = entry.Asked;
        // On another thread: most work begins with a read of SQLite, which would hold the lock.
        var run = Task.Run(() => RunAsync(entry, asked, ct), CancellationToken.None);
        _runs.Add(run);
        // Taken out by a continuation, since the run cannot know its own task.
        _ = run.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void Forget(Task run)
    {
        lock (_lock)
            _runs.Remove(run);
    }

    private async Task RunAsync(WorkEntry entry, long asked, CancellationToken ct)
    {
        TimeSpan? again = null;
        Exception? failure = null;
        try
        {
            again = await entry.Kind.RunAsync(new(this, entry), ct).ConfigureAwait(false);
            if (again is null && asked > 0)
                await _store.RemoveAsync(entry.Request.Key, asked, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        lock (_lock)
            End(entry, again, failure, isStopped: ct.IsCancellationRequested && failure is OperationCanceledException);
        Signal();
    }

    private void End(WorkEntry entry, TimeSpan? again, Exception? failure, bool isStopped)
    {
        if (!entry.Kind.WaitsForServers)
            _places--;
        if (isStopped)
        {
            // It was cut off, not tried: whatever keeps it begins it again.
            Enter(entry, WorkState.Waiting);
            return;
        }

        TimeSpan pause;
        if (failure is not null)
        {
            _failed++;
            pause = FirstBackOff * Math.Pow(2, entry.Failures++);
            pause = pause < LongestBackOff ? pause : LongestBackOff;
            Enter(entry, WorkState.Failed);
            LogFailed(_logger, entry.Request.Name, pause, failure);
        }
        else
        {
            _succeeded++;
            entry.Failures = 0;
            if (again is null && !entry.IsAskedAgain)
            {
                _entries.Remove(entry.Request.Key);
                return;
            }

            pause = again ?? TimeSpan.Zero;
            Enter(entry, WorkState.Waiting);
        }

        entry.DueAt = _time.GetTimestamp() + (entry.IsAskedAgain ? 0 : (long)(pause.TotalSeconds * _time.TimestampFrequency));
    }

    private void Enter(WorkEntry entry, WorkState state) => (entry.State, entry.Since, entry.Progress) = (state, _time.GetUtcNow(), null);

    private void Signal()
    {
        try
        {
            _changed.Release();
        }
        catch (SemaphoreFullException)
        {
            // It looks again anyway.
        }
        catch (ObjectDisposedException)
        {
            // The host has stopped, and closing the file met an emergency.
        }
    }

    private static TimeSpan Earlier(TimeSpan pause, TimeSpan other) => pause < TimeSpan.Zero || other < pause ? other : pause;

    [LoggerMessage(EventId = 6001, Level = LogLevel.Error, Message = "'{Name}' failed and will be tried again in {Pause}")]
    private static partial void LogFailed(ILogger logger, string name, TimeSpan pause, Exception exception);

    [LoggerMessage(EventId = 6002, Level = LogLevel.Warning, Message = "'{Name}' waits for a version that knows work of kind '{Kind}'")]
    private static partial void LogUnknown(ILogger logger, string name, string kind);
}
