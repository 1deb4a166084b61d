using EdgeDb.Core.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeDb.Core.Tests.Connections;

public sealed class ConnectionEndpointTests : IAsyncDisposable
{
    private static readonly Operation Read =
        new(QueryShapes.Named("test.read", QueryClass.Read), ConnectionRole.Read, OperationRepeat.AfterFailure, TimeSpan.FromSeconds(2));

    private static readonly Operation Write =
        new(QueryShapes.Named("test.write", QueryClass.Write), ConnectionRole.Write, OperationRepeat.Never, TimeSpan.FromSeconds(2));

    private readonly FakeSource _source = new();
    private readonly ManualTimeProvider _time = new();
    private readonly ConnectionEndpoint<FakeConnection> _endpoint;

    public ConnectionEndpointTests() =>
        _endpoint = new(_source, EndpointKind.Postgres, new EndpointOptions(), null, _time, NullLogger.Instance);

    public ValueTask DisposeAsync() => _endpoint.DisposeAsync();

    [Fact]
    public async Task Work_runs_on_a_connection_of_the_pool_and_is_counted()
    {
        Assert.Equal(1, await NumberAsync(Read));
        Assert.Equal(1, await NumberAsync(Read));
        var shape = Assert.Single(_endpoint.Monitor.Top(QueryOrder.TotalTime, 10));
        Assert.Equal(("test.read", 2L, 0L), (shape.Shape!.Text, shape.Count, shape.Errors));
        Assert.Equal((2L, 0), (_endpoint.Statistics.Acquired, _endpoint.Statistics.Leased));
        Assert.Equal((2L, 1L), (_endpoint.Statistics.AffinityAsked, _endpoint.Statistics.AffinityHits));
    }

    [Fact]
    public async Task An_endpoint_that_is_closed_disposes_of_its_source()
    {
        var options = new PostgresOptions { Host = "127.0.0.1", Database = "home", Username = "edge", Password = "secret", Tls = PostgresTls.Off };
        var source = new PostgresSource(options, TimeProvider.System);
        var endpoint = new ConnectionEndpoint<PostgresConnection>(source, EndpointKind.Postgres, new EndpointOptions(), null, _time, NullLogger.Instance);
        await endpoint.DisposeAsync();
        var failure = await Assert.ThrowsAsync<PostgresFailureException>(async () => await source.OpenAsync(ConnectionRole.Read, CancellationToken.None));
        Assert.IsType<ObjectDisposedException>(failure.InnerException);
    }

    [Fact]
    public async Task An_endpoint_that_is_isolated_opens_nothing_and_says_since_when()
    {
        var source = new FakeSource { OpenFailure = new IOException("Nobody is there.") };
        var since = _time.GetUtcNow() - TimeSpan.FromDays(3);
        var options = new EndpointOptions
        {
            Pool = new ConnectionPoolOptions { MinIdle = 1 }, Isolations = [new Isolation("fake", null, since), new Isolation("fake", "write", since)],
        };
        await using var endpoint = new ConnectionEndpoint<FakeConnection>(source, EndpointKind.Postgres, options, null, _time, NullLogger.Instance);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, source.Opens);
        Assert.Equal(new EndpointHealth(EndpointState.Isolated, since, Isolation.Reason), endpoint.Health);
        Assert.Equal("write", Assert.Single(endpoint.Resilience.Breaker.Snapshot().Classes).OperationClass);

        endpoint.Resilience.Breaker.Reset(null, "Maintenance is over.");
        var failing = _time.GetUtcNow();
        Assert.Equal(new EndpointHealth(EndpointState.Unreachable, failing, "Nobody is there."), endpoint.Health);
        source.OpenFailure = null;
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(new EndpointHealth(EndpointState.Reachable, null, null), endpoint.Health);

        endpoint.Resilience.Breaker.Isolate(null, "Maintenance.");
        Assert.Equal((0, EndpointState.Isolated), (endpoint.Statistics.Open, endpoint.Health.State));
    }

    [Fact]
    public async Task A_failure_of_the_connection_is_counted_and_closes_it()
    {
        await Assert.ThrowsAsync<IOException>(() => FailAsync(Write));
        Assert.Equal(1, _endpoint.Monitor.Failures(FailureKind.Connect));
        Assert.Equal(1, _endpoint.Statistics.ClosedBroken);
        Assert.Equal(2, await NumberAsync(Write));
    }

    [Fact]
    public async Task A_caller_that_cancels_is_no_failure_of_the_endpoint_and_leaves_the_connection()
    {
        using var leaving = new CancellationTokenSource();
        var running = _endpoint.ExecuteAsync(Read, 0, static async (_, _, ct) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
            return 0;
        }, leaving.Token).AsTask();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(1, _endpoint.Monitor.Failures(FailureKind.Caller));
        Assert.Equal((1, 0L), (_endpoint.Statistics.Open, _endpoint.Statistics.ClosedBroken));
    }

    [Fact]
    public async Task Work_that_outlasts_its_deadline_is_cancelled_and_counted_as_a_timeout()
    {
        var running = _endpoint.ExecuteAsync(Write, 0, static async (_, _, ct) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
            return 0;
        }, CancellationToken.None).AsTask();
        _time.Advance(Write.Timeout);
        await Assert.ThrowsAsync<OperationTimeoutException>(() => running);
        Assert.Equal(1, _endpoint.Monitor.Failures(FailureKind.Timeout));
        Assert.Equal(0, _endpoint.Statistics.Leased);
    }

    [Fact]
    public async Task An_endpoint_that_cannot_be_reached_is_left_alone_and_used_again_seconds_after_it_is_back()
    {
        await NumberAsync(Write);
        _source.OpenFailure = new IOException("refused");
        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAnyAsync<Exception>(() => FailAsync(Write));
            _time.Advance(TimeSpan.FromMilliseconds(200));
        }

        var refusal = await Assert.ThrowsAsync<CircuitOpenException>(() => NumberAsync(Write));
        Assert.Contains("connect failures in a row", refusal.Message, StringComparison.Ordinal);
        _source.OpenFailure = null;
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.True(await NumberAsync(Write) > 1);
        await NumberAsync(Write);
        Assert.Equal(CircuitState.Closed, _endpoint.Resilience.Breaker.State);
    }

    [Fact]
    public async Task Connections_that_were_idle_when_the_circuit_opened_are_asked_for_a_sign_of_life()
    {
        await NumberAsync(Write);
        var idle = Assert.Single(_source.All);
        idle.IsAlive = false;
        _time.Advance(TimeSpan.FromMilliseconds(1));
        _endpoint.Pool.Suspect();
        Assert.Equal(2, await NumberAsync(Write));
        Assert.True(SpinWait.SpinUntil(() => idle.IsClosed, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void Wrong_options_are_refused_with_every_problem_at_once()
    {
        var options = new EndpointOptions
        {
            Pool = new ConnectionPoolOptions { MinIdle = 3, MaxSize = 2, OpenTimeout = TimeSpan.FromSeconds(-1) },
            ConnectionCostBytes = 1,
        };
        var failure = Assert.Throws<ArgumentException>(() =>
            new ConnectionEndpoint<FakeConnection>(_source, EndpointKind.Postgres, options, null, _time, NullLogger.Instance));
        Assert.Contains("MinIdle is 3", failure.Message, StringComparison.Ordinal);
        Assert.Contains("OpenTimeout is -1000 ms", failure.Message, StringComparison.Ordinal);
        Assert.Contains("ConnectionCostBytes is 1", failure.Message, StringComparison.Ordinal);
    }

    private Task<int> NumberAsync(Operation operation) =>
        _endpoint.ExecuteAsync(operation, 0, static (connection, _, _) => ValueTask.FromResult(connection.Number), CancellationToken.None).AsTask();

    private Task<int> FailAsync(Operation operation) =>
        _endpoint.ExecuteAsync<int, int>(operation, 0, static (_, _, _) => throw new IOException("cut"), CancellationToken.None).AsTask();
}
