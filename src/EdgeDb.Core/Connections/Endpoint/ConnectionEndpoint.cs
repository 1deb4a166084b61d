using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Connections;

/// <summary>
/// One server: its connections, watched and protected. <see cref="ExecuteAsync"/> is the only way work reaches it: deadline, retry, hedge, breaker and
/// adaptive timeout (<see cref="EndpointResilience"/>), then a connection of the pool, then the work.
/// </summary>
internal sealed class ConnectionEndpoint<T> : PooledEndpoint<T>
    where T : class
{
    private static readonly string[] ClassNames = ["other", "read", "write", "analytics"];

    private readonly ReachabilityWatch _reachability;
    private readonly Guard _guard;

    /// <summary>Throws <see cref="ArgumentException"/> with every problem when the options are wrong.</summary>
    /// <param name="source">The kind of connection.</param>
    /// <param name="kind">What it speaks.</param>
    /// <param name="options">How it is used.</param>
    /// <param name="advise">What the source knows about repeating a failure; null for what its kind says.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Receives what the pool and the breaker have to say.</param>
    public ConnectionEndpoint(
        IConnectionSource<T> source,
        EndpointKind kind,
        EndpointOptions options,
        Func<Exception, FailureKind, RetryAdvice?>? advise,
        TimeProvider time,
        ILogger logger)
        : base(source, kind, options, time, logger)
    {
        _guard = new Guard(this, source, options.Resilience, advise ?? (static (_, _) => null), time, logger);
        _reachability = new ReachabilityWatch(_guard.Breaker, IsReachableAsync, options.Resilience.Reachability, time);
        _guard.Breaker.Happened += OnCircuit;
        foreach (var isolation in options.Isolations)
            _guard.Breaker.Isolate(isolation.OperationClass, Isolation.Reason, isolation.Since);
    }

    /// <inheritdoc/>
    public override EndpointResilience Resilience => _guard;

    /// <inheritdoc/>
    public override EndpointHealth Health
    {
        get
        {
            var (circuit, pool) = (_guard.Breaker.Snapshot(), base.Health);
            if (circuit.State == CircuitState.Closed)
                return pool;
            var state = circuit.State == CircuitState.Isolated ? EndpointState.Isolated : EndpointState.Unreachable;
            // The pool may have noticed earlier, without any work.
            var since = state == EndpointState.Unreachable && pool.Since < circuit.Since ? pool.Since : circuit.Since;
            return new EndpointHealth(state, since, circuit.Reason);
        }
    }

    /// <summary>Where the second run of a hedged read goes; null for another connection of this endpoint. May change at any time.</summary>
    public ConnectionEndpoint<T>? HedgePeer
    {
        get => ((Guard?)_guard.HedgeRoute)?.Endpoint;
        set => _guard.HedgeRoute = value?._guard;
    }

    /// <summary>
    /// Runs work on a connection. Throws what the work throws, <see cref="CircuitOpenException"/>, <see cref="OperationTimeoutException"/>,
    /// <see cref="PoolBusyException"/>, <see cref="ConnectionOpenException"/>, and <see cref="OperationCanceledException"/> for <paramref name="ct"/>.
    /// </summary>
    /// <param name="operation">What it is.</param>
    /// <param name="state">Handed to <paramref name="work"/>, which captures nothing then.</param>
    /// <param name="work">Static; uses the connection until it returns, and ends soon after its token is cancelled.</param>
    /// <param name="ct">The caller gives up.</param>
    /// <param name="member">Filled in by the compiler, as the next two: who is named when the connection is not returned.</param>
    /// <param name="file">File of the caller.</param>
    /// <param name="line">Line of the caller.</param>
    public ValueTask<TResult> ExecuteAsync<TState, TResult>(
        in Operation operation,
        TState state,
        Func<T, TState, CancellationToken, ValueTask<TResult>> work,
        CancellationToken ct,
        [CallerMemberName] string member = "",
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        var deadline = Time.GetTimestamp() + (long)(operation.Timeout.TotalSeconds * Time.TimestampFrequency);
        var call = new OperationCall(ClassNames[(int)operation.Shape.Class], operation.Repeat, deadline, Monitor.LatencyOf(operation.Shape));
        var run = new Run<TState, TResult>(operation, state, work, new RentingSite(member, file, line), ct);
        return _guard.ExecuteAsync(call, run, static (attempt, run) => ((Guard)attempt.Route!).Endpoint.AttemptAsync(attempt, run), ct);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        _guard.Breaker.Happened -= OnCircuit;
        await _reachability.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<TResult> AttemptAsync<TState, TResult>(Attempt attempt, Run<TState, TResult> run)
    {
        var ct = attempt.CancellationToken;
        var shape = run.Operation.Shape;
        var asked = Clock.Now;
        ConnectionLease<T> lease;
        try
        {
            lease = await Pool.AcquireAsync(run.Operation.Role, shape.Id, Timeout.InfiniteTimeSpan, ct, run.Site.Member, run.Site.File, run.Site.Line)
                .ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            attempt.WaitedForOthers = failure is OperationCanceledException && Pool.IsServing;
            Record(shape, asked, attempt.WaitedForOthers ? FailureKind.Caller : KindOf(failure, attempt, run.Caller));
            throw;
        }

        var started = Clock.Now;
        try
        {
            attempt.MarkSent();
            var result = await run.Work(lease.Connection, run.State, ct).ConfigureAwait(false);
            Record(shape, started, null);
            return result;
        }
        catch (Exception failure)
        {
            var kind = KindOf(failure, attempt, run.Caller);
            lease.Fail(kind);
            Record(shape, started, kind);
            throw;
        }
        finally
        {
            lease.Dispose();
        }
    }

    private FailureKind KindOf(Exception failure, Attempt attempt, CancellationToken caller)
    {
        if (failure is not OperationCanceledException || !attempt.CancellationToken.IsCancellationRequested)
            return FailureKinds.Of(failure, Source.Classify);
        // Cancelled by us: its time was over, unless the caller left or the other run of a hedged read was faster.
        return caller.IsCancellationRequested || attempt.IsLeftBehind ? FailureKind.Caller : FailureKind.Timeout;
    }

    private void OnCircuit(CircuitEvent happened)
    {
        if (happened.Level != CircuitLevel.Endpoint)
            return;
        // What cut off those that failed has most likely cut off the idle ones as well.
        if (happened.Kind == CircuitEventKind.Opened)
            Pool.Suspect();
        if (happened.Kind is CircuitEventKind.Isolated or CircuitEventKind.Closed)
            Pool.Hold(happened.Kind == CircuitEventKind.Isolated);
    }

    /// <summary>On a connection of its own: an idle one may be dead, and one in use would have to be waited for.</summary>
    private async ValueTask<bool> IsReachableAsync(CancellationToken ct)
    {
        await Source.CloseAsync(await Source.OpenAsync(ConnectionRole.General, ct).ConfigureAwait(false)).ConfigureAwait(false);
        return true;
    }

    /// <summary>Knows whose connections it guards: the peer may have changed by the time a second run begins, its route may not.</summary>
    private sealed class Guard(
        ConnectionEndpoint<T> endpoint,
        IConnectionSource<T> source,
        EndpointResilienceOptions options,
        Func<Exception, FailureKind, RetryAdvice?> advise,
        TimeProvider time,
        ILogger logger)
        : EndpointResilience(source.Name, options, source.Classify, advise, time, logger)
    {
        public ConnectionEndpoint<T> Endpoint { get; } = endpoint;
    }

    private readonly record struct Run<TState, TResult>(
        Operation Operation,
        TState State,
        Func<T, TState, CancellationToken, ValueTask<TResult>> Work,
        RentingSite Site,
        CancellationToken Caller);
}
