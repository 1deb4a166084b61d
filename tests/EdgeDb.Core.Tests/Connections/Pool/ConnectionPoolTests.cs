using EdgeDb.Core.Connections;
using Microsoft.Extensions.Logging;
using Xunit;

namespace EdgeDb.Core.Tests.Connections;

public sealed class ConnectionPoolTests : IAsyncDisposable
{
    private static readonly TimeSpan NoBound = Timeout.InfiniteTimeSpan;

    private readonly FakeSource _source = new();
    private readonly ManualTimeProvider _time = new();
    private readonly ListLogger _log = new();
    private readonly List<ConnectionPool<FakeConnection>> _pools = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var pool in _pools)
            await pool.DisposeAsync();
    }

    [Fact]
    public async Task The_latest_returned_connection_is_rented_first()
    {
        var pool = Pool(new() { MaxSize = 3 });
        var first = await Rent(pool);
        var second = await Open(pool);
        first.Dispose();
        second.Dispose();
        using var next = await Rent(pool);
        Assert.Same(second.Connection, next.Connection);
    }

    [Fact]
    public async Task A_connection_that_ran_the_shape_is_preferred_to_a_warmer_one()
    {
        var pool = Pool(new() { MaxSize = 2 });
        var first = await pool.AcquireAsync(ConnectionRole.Read, 11, NoBound, CancellationToken.None);
        var second = await Open(pool, affinity: 22);
        first.Dispose();
        second.Dispose();
        using var again = await pool.AcquireAsync(ConnectionRole.Read, 11, NoBound, CancellationToken.None);
        Assert.Same(first.Connection, again.Connection);
        Assert.Equal(1, pool.Statistics.AffinityHits);
        Assert.Equal(3, pool.Statistics.AffinityAsked);
    }

    [Fact]
    public async Task A_limit_that_may_not_adapt_is_the_size_and_lets_those_in_who_wait_for_it()
    {
        var pool = new ConnectionPool<FakeConnection>(_source, new() { MaxSize = 1, LeasesPerConnection = 3 }, new AimdLimit(1, 1, 3), _time, _log);
        _pools.Add(pool);
        using var first = await Rent(pool);
        var second = Rent(pool).AsTask();
        Assert.Equal((1, 1), (pool.Statistics.Limit, pool.Statistics.Waiting));

        pool.IsAdaptive = false;
        Assert.Equal(3, pool.Statistics.Limit);
        var lease = await second;
        lease.Fail(FailureKind.Timeout);
        lease.Dispose();
        Assert.Equal(3, pool.Statistics.Limit);

        pool.IsAdaptive = true;
        Assert.Equal(1, pool.Statistics.Limit);
    }

    [Fact]
    public async Task An_idle_connection_of_another_role_is_taken_before_one_is_opened()
    {
        var pool = Pool(new());
        (await Rent(pool, ConnectionRole.Read)).Dispose();
        using var lease = await Rent(pool, ConnectionRole.Write);
        Assert.Equal(ConnectionRole.Write, lease.Connection.Role);
        Assert.Equal(1, _source.Opens);
    }

    [Fact]
    public async Task A_connection_that_cannot_change_its_role_makes_place_when_the_pool_is_full()
    {
        _source.Assignable = false;
        var pool = Pool(new() { MaxSize = 1 });
        var read = await Rent(pool, ConnectionRole.Read);
        read.Dispose();
        using var write = await Rent(pool, ConnectionRole.Write);
        Assert.Equal(ConnectionRole.Write, write.Connection.Role);
        await Until(() => read.Connection.IsClosed);
        Assert.Equal(1, pool.Statistics.Open);
    }

    [Fact]
    public async Task A_second_connection_is_not_opened_while_waiting_costs_less()
    {
        var pool = Pool(new() { MaxSize = 50 });
        await LearnTimes(pool, open: 150, hold: 2);
        using var running = await Rent(pool);
        var waiting = Enumerable.Range(0, 45).Select(_ => Rent(pool).AsTask()).ToList();
        Assert.Equal(1, _source.Opens);
        _time.Advance(TimeSpan.FromMilliseconds(2));
        Assert.Equal(1, _source.Opens);
        running.Dispose();
        foreach (var lease in waiting)
            (await lease).Dispose();
        Assert.Equal(1, _source.Opens);
    }

    [Fact]
    public async Task A_second_connection_is_opened_once_the_running_lease_is_older_than_opening_takes()
    {
        var pool = Pool(new() { MaxSize = 50 });
        await LearnTimes(pool, open: 150, hold: 2);
        using var running = await Rent(pool);
        var waiting = Rent(pool).AsTask();
        _time.Advance(TimeSpan.FromMilliseconds(120));
        Assert.Equal(1, _source.Opens);
        _time.Advance(TimeSpan.FromMilliseconds(80));
        Assert.Equal(2, _source.Opens);
        (await waiting).Dispose();
    }

    [Fact]
    public async Task Those_who_wait_are_served_in_the_order_they_came()
    {
        var pool = Pool(new() { MaxSize = 1 });
        var running = await Rent(pool);
        var first = Rent(pool).AsTask();
        var second = Rent(pool).AsTask();
        running.Dispose();
        var served = await first;
        Assert.False(second.IsCompleted);
        served.Dispose();
        (await second).Dispose();
    }

    [Fact]
    public async Task A_queue_that_stands_serves_the_newest_first_and_is_short_of_patience()
    {
        var pool = Pool(new() { MaxSize = 1, AcquireTimeout = TimeSpan.FromSeconds(1), OverloadAcquireTimeout = TimeSpan.FromMilliseconds(50) });
        var running = await Rent(pool);
        var oldest = Rent(pool).AsTask();
        _time.Advance(TimeSpan.FromMilliseconds(990));
        var patient = Rent(pool).AsTask();
        _time.Advance(TimeSpan.FromMilliseconds(10));
        await Assert.ThrowsAsync<PoolBusyException>(() => oldest);
        var late = Rent(pool).AsTask();
        var newest = Rent(pool).AsTask();
        running.Dispose();
        var served = await newest;
        _time.Advance(TimeSpan.FromMilliseconds(50));
        var failure = await Assert.ThrowsAsync<PoolBusyException>(() => late);
        Assert.Contains("OverloadAcquireTimeout 50 ms", failure.Message, StringComparison.Ordinal);
        Assert.False(patient.IsCompleted);
        served.Dispose();
        (await patient).Dispose();
    }

    [Fact]
    public async Task A_queue_that_is_never_empty_but_moves_quickly_stays_first_come_first_served()
    {
        var pool = Pool(new() { MaxSize = 1 });
        var running = await Rent(pool);
        var waiting = new Queue<Task<ConnectionLease<FakeConnection>>>([Rent(pool).AsTask(), Rent(pool).AsTask()]);
        for (var round = 0; round < 300; round++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
            waiting.Enqueue(Rent(pool).AsTask());
            running.Dispose();
            running = await waiting.Dequeue();
        }

        Assert.Equal(0, pool.Statistics.TimedOut);
        running.Dispose();
        while (waiting.TryDequeue(out var rest))
            (await rest).Dispose();
    }

    [Fact]
    public async Task A_second_connection_is_opened_for_callers_who_keep_waiting_shortly()
    {
        var pool = Pool(new() { MaxSize = 2 });
        await LearnTimes(pool, open: 150, hold: 10);
        var running = await Rent(pool);
        var waiting = new Queue<Task<ConnectionLease<FakeConnection>>>([Rent(pool).AsTask(), Rent(pool).AsTask()]);
        for (var round = 0; round < 14; round++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
            waiting.Enqueue(Rent(pool).AsTask());
            running.Dispose();
            running = await waiting.Dequeue();
        }

        Assert.Equal(1, _source.Opens);
        _time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal(2, _source.Opens);
        running.Dispose();
        while (waiting.TryDequeue(out var rest))
            (await rest).Dispose();
    }

    [Fact]
    public async Task A_wait_ends_at_the_callers_own_deadline()
    {
        var pool = Pool(new() { MaxSize = 1 });
        using var running = await Rent(pool);
        var waiting = pool.AcquireAsync(ConnectionRole.Read, 0, TimeSpan.FromMilliseconds(30), CancellationToken.None).AsTask();
        _time.Advance(TimeSpan.FromMilliseconds(29));
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await Assert.ThrowsAsync<PoolBusyException>(() => waiting);
        Assert.Equal(1, pool.Statistics.TimedOut);
    }

    [Fact]
    public async Task A_full_queue_turns_away_with_the_setting_its_value_and_the_remedy()
    {
        var pool = Pool(new() { MaxSize = 1, QueueCapacity = 1 });
        var running = await Rent(pool);
        var waiting = Rent(pool).AsTask();
        var failure = await Assert.ThrowsAsync<PoolBusyException>(async () => await Rent(pool));
        Assert.Contains("1 callers wait already", failure.Message, StringComparison.Ordinal);
        Assert.Contains("raise MaxSize or QueueCapacity", failure.Message, StringComparison.Ordinal);
        running.Dispose();
        (await waiting).Dispose();
    }

    [Fact]
    public async Task A_caller_that_cancels_leaves_the_queue_and_the_connection_to_the_next()
    {
        var pool = Pool(new() { MaxSize = 1 });
        var running = await Rent(pool);
        using var cancelling = new CancellationTokenSource();
        var cancelled = pool.AcquireAsync(ConnectionRole.Read, 0, NoBound, cancelling.Token).AsTask();
        var next = Rent(pool).AsTask();
        await cancelling.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        running.Dispose();
        (await next).Dispose();
        Assert.Equal(0, pool.Statistics.Waiting);
    }

    [Fact]
    public async Task When_none_can_be_opened_and_none_runs_every_caller_is_told_at_once()
    {
        _source.HoldOpens = true;
        _source.OpenFailure = new IOException("refused");
        var pool = Pool(new() { MaxSize = 4 });
        var callers = Enumerable.Range(0, 3).Select(_ => Rent(pool).AsTask()).ToList();
        await Release();
        foreach (var caller in callers)
        {
            var failure = await Assert.ThrowsAsync<ConnectionOpenException>(() => caller);
            Assert.Equal(FailureKind.Connect, failure.Failure);
            Assert.IsType<IOException>(failure.InnerException);
        }

        _ = Assert.Single(callers, static caller => caller.Exception!.InnerException is ConnectionOpenException { IsEcho: false });
    }

    [Fact]
    public async Task Who_waits_for_an_opening_alone_is_told_that_the_endpoint_does_not_answer()
    {
        _source.HoldOpens = true;
        var pool = Pool(new() { AcquireTimeout = TimeSpan.FromMilliseconds(500) });
        var caller = Rent(pool).AsTask();
        await Until(() => !_source.Held.IsEmpty);
        _time.Advance(TimeSpan.FromMilliseconds(500));
        var failure = await Assert.ThrowsAsync<ConnectionOpenException>(() => caller);
        Assert.Equal(FailureKind.Timeout, failure.Failure);
    }

    [Fact]
    public async Task While_one_runs_a_failed_opening_leaves_the_others_waiting_for_it()
    {
        var pool = Pool(new() { MaxSize = 2 });
        await LearnTimes(pool, open: 1, hold: 100);
        var running = await Rent(pool);
        _source.OpenFailure = new IOException("refused");
        var waiting = Rent(pool).AsTask();
        Assert.Equal(1, pool.Statistics.OpenFailures);
        Assert.False(waiting.IsCompleted);
        running.Dispose();
        (await waiting).Dispose();
    }

    [Fact]
    public async Task Opening_that_takes_too_long_is_given_up()
    {
        _source.HoldOpens = true;
        var pool = Pool(new() { OpenTimeout = TimeSpan.FromMilliseconds(300) });
        var caller = Rent(pool).AsTask();
        await Until(() => !_source.Held.IsEmpty);
        _time.Advance(TimeSpan.FromMilliseconds(300));
        var failure = await Assert.ThrowsAsync<ConnectionOpenException>(() => caller);
        Assert.Equal(FailureKind.Timeout, failure.Failure);
        Assert.Contains("300 ms (OpenTimeout)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_minimum_is_opened_at_start_and_again_after_one_broke()
    {
        var pool = Pool(new() { MinIdle = 3, MaxSize = 5 });
        _time.Advance(TimeSpan.Zero);
        await Until(() => pool.Statistics.Open == 3);
        var lease = await Rent(pool);
        lease.Fail(FailureKind.Connect);
        lease.Dispose();
        Assert.Equal(2, pool.Statistics.Open);
        _time.Advance(TimeSpan.FromSeconds(10));
        await Until(() => pool.Statistics.Open == 3 && lease.Connection.IsClosed);
    }

    [Fact]
    public async Task What_is_kept_is_replaced_as_soon_as_its_source_hears_of_the_loss()
    {
        var pool = Pool(new() { MinIdle = 1, MaxSize = 2 });
        _time.Advance(TimeSpan.Zero);
        await Until(() => pool.Statistics.Open == 1);
        _time.Advance(TimeSpan.FromSeconds(2));
        _source.Lose(_source.All.Single());
        _time.Advance(TimeSpan.Zero);
        await Until(() => _source.Opens == 2 && pool.Statistics.Open == 1);
    }

    [Fact]
    public async Task A_server_that_lets_in_and_hangs_up_is_dialled_once_a_second()
    {
        var pool = Pool(new() { MinIdle = 1, MaxSize = 2 });
        _time.Advance(TimeSpan.Zero);
        for (var opens = 1; opens < 5; opens++)
        {
            await Until(() => pool.Statistics is { Open: 1, Closing: 0 });
            Assert.Equal(opens, _source.Opens);
            _source.Lose(_source.All.Last());
            _time.Advance(TimeSpan.FromMilliseconds(999));
            Assert.Equal((1, 0), (pool.Statistics.Open, pool.Statistics.Opening));
            _time.Advance(TimeSpan.FromMilliseconds(1));
            await Until(() => _source.Opens == opens + 1);
        }
    }

    [Fact]
    public async Task What_cannot_be_kept_open_is_tried_again_less_and_less_often_without_any_caller()
    {
        _source.OpenFailure = new IOException("refused");
        await using var pool = new ConnectionPool<FakeConnection>(_source, new() { MinIdle = 1, MaxSize = 2 }, null, new EarlyTimers(_time), _log);
        _time.Advance(TimeSpan.Zero);
        // The longest a delay can be by chance: a quarter more than 100 ms, twice that and so on up to 5 s.
        for (var (failures, delay) = (1, 125); failures < 10; failures++, delay = Math.Min(2 * delay, 6250))
        {
            await Until(() => pool.Statistics.OpenFailures >= failures);
            _time.Advance(TimeSpan.FromMilliseconds(delay + 1));
        }

        _source.OpenFailure = null;
        _time.Advance(TimeSpan.FromSeconds(6.3));
        await Until(() => pool.Statistics.Open == 1);
    }

    [Fact]
    public async Task A_forecast_opens_ahead_and_lets_go_again()
    {
        var pool = Pool(new() { MinIdle = 1, MaxSize = 5, IdleTimeout = TimeSpan.FromSeconds(10) });
        pool.Predict(4);
        await Until(() => pool.Statistics.Open == 4);
        _time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(4, pool.Statistics.Open);
        pool.Predict(0);
        Assert.Equal(1, pool.Statistics.Open);
    }

    [Fact]
    public async Task A_pool_that_is_held_opens_nothing_by_itself_and_keeps_nothing()
    {
        var pool = Pool(new() { MinIdle = 2, MaxSize = 4 });
        _time.Advance(TimeSpan.Zero);
        await Until(() => pool.Statistics.Idle == 2);
        var lease = await Rent(pool);
        pool.Hold(true);
        Assert.Equal((1, 0), (pool.Statistics.Open, pool.Statistics.Idle));
        lease.Dispose();
        Assert.Equal(0, pool.Statistics.Open);
        pool.Predict(3);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal((2, 0), (_source.Opens, pool.Statistics.Opening));
        pool.Hold(false);
        await Until(() => pool.Statistics.Idle == 3);
    }

    [Fact]
    public async Task Idle_connections_beyond_the_minimum_are_closed_coldest_first()
    {
        var pool = Pool(new() { MinIdle = 1, MaxSize = 3, IdleTimeout = TimeSpan.FromSeconds(40) });
        var cold = await Rent(pool);
        var warm = await Open(pool);
        cold.Dispose();
        _time.Advance(TimeSpan.FromSeconds(20));
        warm.Dispose();
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(1, pool.Statistics.Open);
        await Until(() => cold.Connection.IsClosed);
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(1, pool.Statistics.Open);
        Assert.False(warm.Connection.IsClosed);
    }

    [Fact]
    public async Task A_connection_is_replaced_at_the_end_of_its_life_but_never_under_a_lease()
    {
        var pool = Pool(new() { MaxLifetime = TimeSpan.FromMinutes(10), LeakAfter = TimeSpan.FromHours(1) });
        var lease = await Rent(pool);
        _time.Advance(TimeSpan.FromMinutes(11));
        Assert.False(lease.Connection.IsClosed);
        lease.Dispose();
        using var next = await Rent(pool);
        Assert.NotSame(lease.Connection, next.Connection);
        Assert.Equal(1, pool.Statistics.ClosedAged);
    }

    [Fact]
    public async Task Lives_end_at_different_times()
    {
        var pool = Pool(new() { MinIdle = 20, MaxSize = 20, MaxLifetime = TimeSpan.FromMinutes(100), IdleTimeout = NoBound });
        _time.Advance(TimeSpan.Zero);
        await Until(() => pool.Statistics.Open == 20);
        _time.Advance(TimeSpan.FromMinutes(95));
        Assert.InRange(pool.Statistics.ClosedAged, 1, 19);
    }

    [Fact]
    public async Task A_lease_that_is_not_returned_is_reported_once_with_its_place()
    {
        var pool = Pool(new() { LeakAfter = TimeSpan.FromSeconds(30) });
        using var lease = await Rent(pool);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(1, pool.Statistics.Leaks);
        Assert.Contains("ConnectionPoolTests.cs", Assert.Single(_log.Messages), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disposing_a_lease_twice_does_not_end_the_next_one()
    {
        var pool = Pool(new() { MaxSize = 1 });
        var first = await Rent(pool);
        first.Dispose();
        using var second = await Rent(pool);
        first.Dispose();
        first.Fail(FailureKind.Connect);
        Assert.Equal(1, pool.Statistics.Leased);
        Assert.False(pool.TryAcquire(ConnectionRole.Read, 0, out _));
    }

    [Fact]
    public async Task A_connection_that_failed_or_cannot_be_reset_is_closed()
    {
        var pool = Pool(new() { MaxSize = 1 });
        var failed = await Rent(pool);
        failed.Fail(FailureKind.Connect);
        failed.Dispose();
        var unclean = await Rent(pool);
        Assert.NotSame(failed.Connection, unclean.Connection);
        unclean.Connection.ResetWorks = false;
        unclean.Dispose();
        var fine = await Rent(pool);
        Assert.NotSame(unclean.Connection, fine.Connection);
        fine.Fail(FailureKind.Timeout);
        fine.Dispose();
        using var same = await Rent(pool);
        Assert.Same(fine.Connection, same.Connection);
        Assert.Equal(2, pool.Statistics.ClosedBroken);
    }

    [Fact]
    public async Task A_connection_that_broke_while_idle_is_not_handed_out()
    {
        var pool = Pool(new());
        var lease = await Rent(pool);
        lease.Dispose();
        lease.Connection.IsUsable = false;
        using var next = await Rent(pool);
        Assert.NotSame(lease.Connection, next.Connection);
    }

    [Fact]
    public async Task A_connection_that_was_idle_for_long_is_asked_for_a_sign_of_life()
    {
        var pool = Pool(new() { CheckAfterIdle = TimeSpan.FromSeconds(30) });
        var lease = await Rent(pool);
        lease.Dispose();
        lease.Connection.IsAlive = false;
        var fresh = await Rent(pool);
        Assert.Same(lease.Connection, fresh.Connection);
        fresh.Dispose();
        _time.Advance(TimeSpan.FromSeconds(30));
        using var next = await Rent(pool);
        Assert.NotSame(lease.Connection, next.Connection);
    }

    [Fact]
    public async Task A_connection_that_was_idle_when_something_happened_is_asked_for_a_sign_of_life()
    {
        var pool = Pool(new());
        var lease = await Rent(pool);
        lease.Dispose();
        lease.Connection.IsAlive = false;
        _time.Advance(TimeSpan.FromSeconds(1));
        pool.Suspect();
        using var next = await Rent(pool);
        Assert.NotSame(lease.Connection, next.Connection);
    }

    [Fact]
    public async Task A_connection_that_dies_while_nobody_asks_is_missed_and_replaced()
    {
        var pool = Pool(new() { MinIdle = 1, CheckAfterIdle = TimeSpan.FromSeconds(30) });
        _time.Advance(TimeSpan.Zero);
        await Until(() => pool.Statistics.Open == 1);
        Assert.Single(_source.All).IsAlive = false;
        _time.Advance(TimeSpan.FromSeconds(40));
        await Until(() => _source.All.Count == 2 && pool.Statistics is { Open: 1, Idle: 1 });
        Assert.Equal(1, pool.Statistics.ClosedBroken);
    }

    [Fact]
    public async Task A_multiplexed_connection_carries_many_leases_and_survives_a_late_answer()
    {
        var pool = Pool(new() { MaxSize = 2, LeasesPerConnection = 3 });
        var leases = new List<ConnectionLease<FakeConnection>>();
        for (var i = 0; i < 3; i++)
            leases.Add(await Rent(pool));
        Assert.Single(leases.Select(static l => l.Connection).Distinct());
        leases[0].Fail(FailureKind.Timeout);
        leases[0].Dispose();
        leases[1].Fail(FailureKind.Connect);
        leases[1].Connection.ResetWorks = false;
        leases[1].Dispose();
        Assert.False(leases[2].Connection.IsClosed);
        using var other = await Rent(pool);
        Assert.NotSame(leases[2].Connection, other.Connection);
        leases[2].Dispose();
        await Until(() => leases[2].Connection.IsClosed);
    }

    [Fact]
    public async Task Connections_that_are_being_closed_take_their_place_until_they_are_or_closing_takes_too_long()
    {
        var pool = Pool(new() { MaxSize = 2, AcquireTimeout = TimeSpan.FromMinutes(1), LeakAfter = TimeSpan.FromHours(1) });
        var running = new[] { await Rent(pool), await Open(pool) };
        var first = _source.HoldCloses = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Break(running[0]);
        await Until(() => running[0].Connection.IsClosed);
        var second = _source.HoldCloses = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Break(running[1]);
        await Until(() => running[1].Connection.IsClosed);
        Assert.Equal((0, 2), (pool.Statistics.Open, pool.Statistics.Closing));

        // The endpoint still sees two sessions.
        var waiting = new[] { Rent(pool).AsTask(), Rent(pool).AsTask() };
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((2, 0), (_source.Opens, pool.Statistics.Opening));
        first.SetResult();
        (await waiting[0]).Dispose();
        (await waiting[1]).Dispose();
        Assert.Equal((3, 1, 1), (_source.Opens, pool.Statistics.Open, pool.Statistics.Closing));

        // The other one never ends; at some time it is let go.
        await Until(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return pool.Statistics.Closing == 0;
        });
        second.SetResult();

        static void Break(ConnectionLease<FakeConnection> lease)
        {
            lease.Fail(FailureKind.Connect);
            lease.Dispose();
        }
    }

    [Fact]
    public async Task Nobody_gets_a_multiplexed_connection_that_is_being_checked()
    {
        var pool = Pool(new() { MaxSize = 1, LeasesPerConnection = 3 });
        (await Rent(pool)).Dispose();
        var connection = Assert.Single(_source.All);
        _time.Advance(TimeSpan.FromSeconds(1));
        pool.Suspect();
        var check = _source.HoldChecks = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (first, second) = (Rent(pool).AsTask(), Rent(pool).AsTask());
        Assert.Equal((1, 1), (pool.Statistics.Leased, pool.Statistics.Waiting));
        check.SetResult();
        using (var a = await first)
        using (var b = await second)
            Assert.Equal((connection, connection), (a.Connection, b.Connection));

        // This time it is dead.
        _time.Advance(TimeSpan.FromSeconds(1));
        pool.Suspect();
        check = _source.HoldChecks = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        (first, second) = (Rent(pool).AsTask(), Rent(pool).AsTask());
        connection.IsAlive = false;
        check.SetResult();
        using var other = await first;
        using var same = await second;
        Assert.NotSame(connection, other.Connection);
        Assert.Same(other.Connection, same.Connection);
    }

    [Fact]
    public async Task A_check_that_was_given_up_has_shown_nothing()
    {
        var pool = Pool(new());
        (await Rent(pool)).Dispose();
        _time.Advance(TimeSpan.FromSeconds(1));
        pool.Suspect();
        _source.HoldChecks = new TaskCompletionSource();
        using var impatient = new CancellationTokenSource();
        var first = pool.AcquireAsync(ConnectionRole.Read, 0, NoBound, impatient.Token).AsTask();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        _source.HoldChecks = null;
        var connection = Assert.Single(_source.All);
        connection.IsAlive = false;
        using var next = await Rent(pool);
        Assert.NotSame(connection, next.Connection);
    }

    [Fact]
    public async Task A_limit_below_the_size_bounds_leases_and_lets_those_who_wait_in_when_it_grows()
    {
        var limit = new SetLimit { Current = 1 };
        var pool = Pool(new() { MaxSize = 4 }, limit);
        var running = await Rent(pool);
        var waiting = Rent(pool).AsTask();
        _time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(1, _source.Opens);
        limit.Current = 2;
        running.Dispose();
        (await waiting).Dispose();
        Assert.Equal(2, pool.Statistics.Limit);
        Assert.Equal((1, true), limit.Last);
    }

    [Fact]
    public async Task Less_memory_means_fewer_connections()
    {
        var pool = Pool(new() { MaxSize = 4 });
        var leases = new[] { await Rent(pool), await Open(pool), await Open(pool) };
        pool.SetCeiling(1);
        foreach (var lease in leases)
            lease.Dispose();
        Assert.Equal(1, pool.Statistics.Open);
        Assert.Equal(1, pool.Statistics.Limit);
    }

    [Fact]
    public async Task Closing_refuses_those_who_wait_and_waits_for_leases()
    {
        var pool = Pool(new() { MaxSize = 1 });
        var running = await Rent(pool);
        var waiting = Rent(pool).AsTask();
        var closing = pool.CloseAsync().AsTask();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await Rent(pool));
        Assert.False(closing.IsCompleted);
        running.Dispose();
        Assert.True(await closing);
        Assert.Equal(_source.Opens, _source.Closed);
        await Until(() => _time.ArmedTimers == 0);
    }

    [Fact]
    public async Task Closing_gives_up_on_a_lease_after_a_while_and_closes_its_connection_when_it_comes_back()
    {
        var pool = Pool(new() { DrainTimeout = TimeSpan.FromSeconds(2) });
        var running = await Rent(pool);
        var closing = pool.CloseAsync().AsTask();
        await Until(() => _time.ArmedTimers == 1);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(await closing);
        running.Dispose();
        await Until(() => running.Connection.IsClosed);
    }

    [Fact]
    public void Wrong_options_are_refused_all_at_once()
    {
        var failure = Assert.Throws<ArgumentException>(() => Pool(new()
        {
            MinIdle = 9,
            MaxSize = 3,
            AcquireTimeout = TimeSpan.FromSeconds(-1),
            IdleTimeout = TimeSpan.FromMilliseconds(1),
        }));
        Assert.Contains("MinIdle is 9 and MaxSize 3", failure.Message, StringComparison.Ordinal);
        Assert.Contains("AcquireTimeout is -1000 ms", failure.Message, StringComparison.Ordinal);
        Assert.Contains("IdleTimeout is 1 ms", failure.Message, StringComparison.Ordinal);
    }

    private static ValueTask<ConnectionLease<FakeConnection>> Rent(ConnectionPool<FakeConnection> pool, ConnectionRole role = ConnectionRole.Read) =>
        pool.AcquireAsync(role, 0, NoBound, CancellationToken.None);

    private static async Task Until(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>One more connection beside those that run: its caller waits until the pool finds that worth an opening.</summary>
    private async Task<ConnectionLease<FakeConnection>> Open(ConnectionPool<FakeConnection> pool, ulong affinity = 0)
    {
        var lease = pool.AcquireAsync(ConnectionRole.Read, affinity, NoBound, CancellationToken.None).AsTask();
        _time.Advance(TimeSpan.FromMilliseconds(2));
        return await lease;
    }

    private async Task LearnTimes(ConnectionPool<FakeConnection> pool, int open, int hold)
    {
        _source.HoldOpens = true;
        var caller = Rent(pool).AsTask();
        _time.Advance(TimeSpan.FromMilliseconds(open));
        await Release();
        var lease = await caller;
        _time.Advance(TimeSpan.FromMilliseconds(hold));
        lease.Dispose();
        _source.HoldOpens = false;
    }

    private async Task Release()
    {
        await Until(() => !_source.Held.IsEmpty);
        while (_source.Held.TryDequeue(out var held))
            held.SetResult();
    }

    private ConnectionPool<FakeConnection> Pool(ConnectionPoolOptions options, IConcurrencyLimit? limit = null)
    {
        var pool = new ConnectionPool<FakeConnection>(_source, options, limit, _time, _log);
        _pools.Add(pool);
        return pool;
    }

    /// <summary>Fires each timer a millisecond early, as those of .NET do, which count in the ticks of a coarser clock.</summary>
    private sealed class EarlyTimers(ManualTimeProvider time) : TimeProvider
    {
        public override long TimestampFrequency => time.TimestampFrequency;

        public override long GetTimestamp() => time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new Early(time.CreateTimer(callback, state, Sooner(dueTime), period));

        private static TimeSpan Sooner(TimeSpan due) => due > TimeSpan.FromMilliseconds(1) ? due - TimeSpan.FromMilliseconds(1) : due;

        private sealed class Early(ITimer timer) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(Sooner(dueTime), period);

            public void Dispose() => timer.Dispose();

            public ValueTask DisposeAsync() => timer.DisposeAsync();
        }
    }

    private sealed class SetLimit : IConcurrencyLimit
    {
        public int Current { get; set; }

        public (int InFlight, bool Succeeded) Last { get; private set; }

        public void SetRange(int minimum, int maximum)
        {
        }

        public void OnCompleted(long nowTicks, long durationTicks, int inFlight, bool overloaded) => Last = (inFlight, !overloaded);
    }

    private sealed class ListLogger : ILogger
    {
        public List<string> Messages { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                Messages.Add(formatter(state, exception));
        }
    }
}
