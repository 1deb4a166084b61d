using System.Numerics;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace EdgeDb.Core.Connections;

/// <summary>
/// Sends reads to a replica and writes to the primary, and finds out which is which (<see cref="PostgresTopology"/>). A caller who must see its own
/// changes passes the position of its latest write; the replica's position is asked in the read's own round trip, and a replica that is not
/// there yet is passed over for the primary.
/// </summary>
internal sealed class PostgresRouter : IAsyncDisposable
{
    private const int MostServers = 32;

    // Failing writes all ask where the primary is; the servers are asked this often at most.
    private static readonly TimeSpan RefreshPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RefreshLimit = TimeSpan.FromMilliseconds(1500);

    private readonly Lock _gate = new();
    private readonly PostgresMember[] _members;
    private readonly PostgresTopology _topology;
    private readonly TimeSpan _refreshEvery;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task[] _refreshing;
    private readonly bool[] _reportedOther;
    private readonly bool[] _reportedSwapped;
    private long _refreshedAt;
    private int _reportedPrimary = int.MinValue;
    private bool _reportedConflict;

    /// <summary>Throws <see cref="ArgumentException"/> with every problem of the options. Asks nobody yet.</summary>
    /// <param name="members">The servers of one cluster, 1 to 32; the order does not matter.</param>
    /// <param name="options">How work is divided.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Receives changes of the primary and what is wrong with the cluster.</param>
    public PostgresRouter(IReadOnlyList<PostgresMember> members, PostgresRouterOptions options, TimeProvider time, ILogger logger)
    {
        var problems = options.Problems().ToList();
        if (members.Count is < 1 or > MostServers)
            problems.Add($"{members.Count} servers; the range is 1 to {MostServers}.");
        problems.ThrowIfAny();
        _members = [.. members];
        _topology = new PostgresTopology(_members.Select(static member => member.Source.Server), options, time);
        _refreshEvery = options.MaxReplicaLag / 4;
        _refreshing = [.. _members.Select(static _ => Task.CompletedTask)];
        (_reportedOther, _reportedSwapped) = (new bool[_members.Length], new bool[_members.Length]);
        _time = time;
        _logger = logger;
    }

    /// <summary>To be kept for <see cref="PostgresRouterOptions.Known"/> of the next start; null until a server has answered.</summary>
    public PostgresHistory? History => _topology.History;

    /// <summary>Name of the endpoint that takes writes; null when none is known.</summary>
    public string? Primary => _topology.Primary is >= 0 and var primary ? _members[primary].Source.Name : null;

    /// <summary>
    /// Runs a read where it fits. When a server cannot be reached or is behind, the next one is asked within the same deadline. Throws what
    /// <see cref="ConnectionEndpoint{T}.ExecuteAsync"/> throws.
    /// </summary>
    /// <param name="operation">What it is; its role is Read or Analytics.</param>
    /// <param name="after">Position of the caller's latest write; null when it need not see one.</param>
    /// <param name="state">Handed to <paramref name="work"/>.</param>
    /// <param name="work">Static; may run again on another server, so it must not keep what an earlier run gave it.</param>
    /// <param name="ct">The caller gives up.</param>
    public async ValueTask<PostgresAnswer<TResult>> ReadAsync<TState, TResult>(
        Operation operation, NpgsqlLogSequenceNumber? after, TState state, Func<PostgresConnection, TState, CancellationToken, ValueTask<TResult>> work, CancellationToken ct)
    {
        if (operation.Role is not (ConnectionRole.Read or ConnectionRole.Analytics))
            throw new ArgumentException($"A read with the role {operation.Role} could write; the role is Read or Analytics.", nameof(operation));
        var deadline = Deadline(operation.Timeout);
        RefreshWhenDue();
        Exception? failure = null;
        uint tried = 0;
        uint behind = 0;
        while (true)
        {
            var server = _topology.NextForRead(after, tried, out var mayBeOld);
            if (server < 0 && tried == 0 && await FindPrimaryAsync(-1, deadline, ct).ConfigureAwait(false) >= 0)
                server = _topology.NextForRead(after, tried, out mayBeOld);
            if (server < 0 && behind != 0)
            {
                // Nobody has what the caller wants to see: an old answer that says so is better than none.
                server = BitOperations.TrailingZeroCount(behind);
                (behind, mayBeOld) = (0, true);
            }

            if (server < 0)
                throw failure ?? Nobody();
            tried |= 1u << server;
            try
            {
                var run = new Run<TState, TResult>(this, server, mayBeOld ? null : after, state, work, deadline, false, mayBeOld);
                return await RunAsync(server, operation, run, deadline, ct).ConfigureAwait(false);
            }
            catch (PostgresReplicaBehindException)
            {
                behind |= 1u << server;
            }
            catch (Exception e) when (MayAskAnother(e) && _time.GetTimestamp() < deadline && !ct.IsCancellationRequested)
            {
                failure ??= e;
                RefreshSoon();
            }
        }
    }

    /// <summary>
    /// Runs a write on the primary. Where nothing was done because the server could not be reached or only reads, the primary is looked for, and
    /// the work runs there. Throws what <see cref="ConnectionEndpoint{T}.ExecuteAsync"/> throws, and <see cref="PostgresFailureException"/> when no server takes writes.
    /// </summary>
    /// <param name="operation">What it is; its role is Write.</param>
    /// <param name="state">Handed to <paramref name="work"/>.</param>
    /// <param name="work">Static; runs again only where the server refused the first run as a whole.</param>
    /// <param name="ct">The caller gives up.</param>
    public async ValueTask<PostgresAnswer<TResult>> WriteAsync<TState, TResult>(
        Operation operation, TState state, Func<PostgresConnection, TState, CancellationToken, ValueTask<TResult>> work, CancellationToken ct)
    {
        if (operation.Role != ConnectionRole.Write)
            throw new ArgumentException($"A write with the role {operation.Role} would not tell its position; the role is Write.", nameof(operation));
        var deadline = Deadline(operation.Timeout);
        RefreshWhenDue();
        var primary = _topology.Primary;
        if (primary < 0)
            primary = await FindPrimaryAsync(-1, deadline, ct).ConfigureAwait(false);
        for (uint tried = 0; ;)
        {
            if (primary < 0)
                throw Nobody();
            tried |= 1u << primary;
            var asked = _time.GetTimestamp();
            try
            {
                var answer = await RunAsync(primary, operation, new Run<TState, TResult>(this, primary, null, state, work, deadline, true, false), deadline, ct).ConfigureAwait(false);
                if (answer.Position is { } position)
                    _topology.MarkPosition(position, asked);
                return answer;
            }
            catch (Exception e) when (NothingWasDone(e) && _time.GetTimestamp() < deadline && !ct.IsCancellationRequested)
            {
                primary = await FindPrimaryAsync(primary, deadline, ct).ConfigureAwait(false);
                if (primary < 0 || (tried & (1u << primary)) != 0)
                    throw;
            }
            catch (Exception e) when (e is not OperationCanceledException && FailureKinds.Of(e, PostgresFailures.Classify) is FailureKind.Connect or FailureKind.Timeout)
            {
                // This write is lost to its caller, but the next one should find the new primary.
                RefreshSoon();
                throw;
            }
        }
    }

    /// <summary>Asks every server for its part and position; returns when all have answered or failed. Asks nobody once the router is disposed of.</summary>
    public Task RefreshAsync()
    {
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested)
                return Task.CompletedTask;
            for (var i = 0; i < _members.Length; i++)
                if (_refreshing[i].IsCompleted)
                    _refreshing[i] = AskAsync(_members[i]);
            return Task.WhenAll(_refreshing);
        }
    }

    /// <summary>What is known of the server behind the endpoint of this name; null when it is none of this cluster.</summary>
    public PostgresStanding? StandingOf(string server)
    {
        var index = Array.FindIndex(_members, member => member.Source.Name == server);
        if (index < 0)
            return null;
        var (member, state) = (_members[index], _members[index].Source.Server.State);
        return new PostgresStanding(
            state is { } known ? !known.InRecovery : null,
            member.SetAsPrimary,
            member.Source.Server.IsReachable,
            state is { Timeline: > 0 and var timeline } ? timeline : null,
            _topology.LagOf(index),
            state is { } asked ? _time.GetUtcNow() - _time.GetElapsedTime(asked.ObservedAt) : null,
            [.. ProblemsOf(index)]);
    }

    /// <summary>Tells in the log what has changed. Nobody is asked: connections hear of their server when they are opened and while they are idle, too.</summary>
    public void Review()
    {
        var (primary, timeline) = (_topology.Primary, _topology.History?.Timeline ?? 0);
        lock (_gate)
        {
            // That nobody takes writes is known once each server has answered or failed to.
            if (primary != _reportedPrimary && (primary >= 0 || Array.TrueForAll(_members, static member => member.Source.Server is { State: not null } or { IsReachable: false })))
            {
                _reportedPrimary = primary;
                // Only towards the primary: a replica whose age nobody has looked at must not answer for another server.
                for (var i = 0; i < _members.Length; i++)
                    _members[i].Endpoint.HedgePeer = primary >= 0 && i != primary ? _members[primary].Endpoint : null;
                if (primary < 0)
                    PostgresLog.NoPrimary(_logger);
                else
                    PostgresLog.PrimaryIs(_logger, _members[primary].Source.Name, timeline);
            }

            if (_topology.Conflict != _reportedConflict)
            {
                _reportedConflict = _topology.Conflict;
                if (_reportedConflict && primary >= 0)
                    PostgresLog.TwoPrimaries(_logger, _members[primary].Source.Name, timeline);
            }

            for (var i = 0; i < _members.Length; i++)
            {
                var other = _members[i].Source.Server.State is not null && !_topology.IsOfThisHistory(i);
                if (other && !_reportedOther[i])
                    PostgresLog.OtherHistory(_logger, _members[i].Source.Name);
                _reportedOther[i] = other;
                var swapped = IsSwapped(i);
                if (swapped && !_reportedSwapped[i])
                    PostgresLog.Swapped(_logger, _members[i].Source.Name, NameOf(_members[i].SetAsPrimary == true), NameOf(_members[i].SetAsPrimary == false));
                _reportedSwapped[i] = swapped;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        Task asked;
        // Whoever comes to the gate after this begins nothing.
        lock (_gate)
            asked = Task.WhenAll(_refreshing);
        await asked.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private static bool MayAskAnother(Exception e) =>
        e is PostgresMisroutedException or CircuitOpenException { OperationClass: null }
            // On a replica: replay needed what the read was looking at.
            or PostgresException { SqlState: PostgresFailures.SerializationFailure }
        || (e is not OperationCanceledException && FailureKinds.Of(e, PostgresFailures.Classify) == FailureKind.Connect);

    private static bool NothingWasDone(Exception e) =>
        e is PostgresMisroutedException or ConnectionOpenException or CircuitOpenException { OperationClass: null } or PostgresException { SqlState: PostgresFailures.ReadOnlyTransaction };

    private ValueTask<PostgresAnswer<TResult>> RunAsync<TState, TResult>(int server, Operation operation, Run<TState, TResult> run, long deadline, CancellationToken ct) =>
        _members[server].Endpoint.ExecuteAsync(
            operation with { Timeout = Left(deadline) }, run, static (connection, run, ct) => WorkAsync(connection, run, ct), ct);

    private static async ValueTask<PostgresAnswer<TResult>> WorkAsync<TState, TResult>(PostgresConnection connection, Run<TState, TResult> run, CancellationToken ct)
    {
        // Asked here and not where the server was chosen: the wait for a connection may have outlasted a failover, and a hedge takes its own way.
        var server = connection.Server;
        if (!run.Router.Takes(server, run.Server, run.IsWrite))
            throw new PostgresMisroutedException(server.Name);
        connection.TimeLeft = run.Router.Left(run.Deadline);
        connection.ReadAfter = run.After;
        try
        {
            var value = await run.Work(connection, run.State, ct).ConfigureAwait(false);
            return new PostgresAnswer<TResult>(value, connection.CommitPosition, run.MayBeOld, server.Name);
        }
        catch (PostgresException e) when (e.SqlState == PostgresFailures.ReadOnlyTransaction && connection.CommitPosition is not null)
        {
            // Not "nothing was done" (see NothingWasDone): on the new primary the work would do its first part twice.
            throw new PostgresFailureException(FailureKind.Query, $"{server.Name} only reads since an earlier statement of the same work was committed.", e);
        }
    }

    private bool Takes(PostgresServer server, int chosen, bool write)
    {
        var index = chosen;
        for (var i = 0; _members[index].Source.Server != server; i++)
            index = i;
        var primary = _topology.Primary;
        // A hedge may leave a replica for the primary, but not lead to a replica whose age nobody has looked at.
        return write ? index == primary : (index == chosen || index == primary) && _topology.IsOfThisHistory(index);
    }

    private long Deadline(TimeSpan timeout) => _time.GetTimestamp() + (long)(timeout.TotalSeconds * _time.TimestampFrequency);

    private TimeSpan Left(long deadline) => _time.GetElapsedTime(_time.GetTimestamp(), deadline);

    private PostgresFailureException Nobody() => new(
        FailureKind.Connect, $"No server of {string.Join(", ", _members.Select(static member => member.Source.Name))} is known to take this work; each is away, a replica, or was replaced.");

    private void RefreshWhenDue() => RefreshAfter(_refreshEvery);

    private void RefreshSoon() => RefreshAfter(RefreshPause);

    private void RefreshAfter(TimeSpan pause)
    {
        var at = Volatile.Read(ref _refreshedAt);
        var now = _time.GetTimestamp();
        if ((at == 0 || _time.GetElapsedTime(at, now) >= pause) && Interlocked.CompareExchange(ref _refreshedAt, now, at) == at)
            _ = RefreshAsync();
    }

    /// <summary>The primary after asking around, as soon as one other than <paramref name="failed"/> is known; what is known at the deadline otherwise.</summary>
    private async ValueTask<int> FindPrimaryAsync(int failed, long deadline, CancellationToken ct)
    {
        RefreshSoon();
        Task[] asked;
        lock (_gate)
            asked = [.. _refreshing];
        using var late = new CancellationTokenSource(Left(deadline) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, ct);
        try
        {
            await foreach (var _ in Task.WhenEach(asked).WithCancellation(either.Token).ConfigureAwait(false))
            {
                if (_topology.Primary is >= 0 and var primary && primary != failed)
                    return primary;
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // The deadline. A server that hangs is still being asked, for the next caller.
        }

        return _topology.Primary;
    }

    private async Task AskAsync(PostgresMember member)
    {
        // Not under the gate of the caller.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        if (member.Endpoint.Resilience.Breaker.State == CircuitState.Isolated)
            return;
        using var limit = new CancellationTokenSource(RefreshLimit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stopping.Token);
        try
        {
            // Around the breaker: an endpoint that is avoided may be the primary by now.
            using var lease = await member.Endpoint.Pool.AcquireAsync(ConnectionRole.Read, 0, RefreshLimit, either.Token).ConfigureAwait(false);
            try
            {
                await lease.Connection.ObserveAsync(RefreshLimit, either.Token).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                lease.Fail(PostgresFailures.Classify(e));
                throw;
            }
        }
        catch (Exception e) when (e is not ObjectDisposedException && !_stopping.IsCancellationRequested)
        {
            // The source has noted an attempt that failed; a server that hangs is noted here.
            if (limit.IsCancellationRequested || FailureKinds.Of(e, PostgresFailures.Classify) is FailureKind.Connect or FailureKind.Timeout)
                member.Source.Server.ObserveFailure(_time.GetTimestamp());
        }
        catch (Exception e) when (e is ObjectDisposedException || _stopping.IsCancellationRequested)
        {
            // The pool or this router is closed: however the question ended, it says nothing about the server.
        }

        Review();
    }

    private static string NameOf(bool primary) => primary ? "the primary" : "a standby";

    private bool IsSwapped(int server) =>
        _members[server] is { SetAsPrimary: { } set, Source.Server.State: { InRecovery: var inRecovery } } && set == inRecovery && _topology.IsOfThisHistory(server);

    private IEnumerable<string> ProblemsOf(int server)
    {
        if (_members[server].Source.Server.State is not { InRecovery: var inRecovery })
            yield break;
        if (!_topology.IsOfThisHistory(server))
            yield return "It is not used: it belongs to another cluster, or its history ended when another server was promoted. Make it a replica of the primary.";
        if (IsSwapped(server))
        {
            yield return $"It is set as {NameOf(inRecovery)}, but says that it is {NameOf(!inRecovery)}. Work follows what servers say, so after a failover nothing "
                + "need be done; when it is to stay so, swap the two addresses in the configuration.";
        }

        if (!inRecovery && _topology.Conflict)
            yield return "Another server takes writes on the same timeline. Stop one of them: what was written to both cannot be joined.";
    }

    private readonly record struct Run<TState, TResult>(
        PostgresRouter Router,
        int Server,
        NpgsqlLogSequenceNumber? After,
        TState State,
        Func<PostgresConnection, TState, CancellationToken, ValueTask<TResult>> Work,
        long Deadline,
        bool IsWrite,
        bool MayBeOld);
}
