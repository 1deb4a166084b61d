using EdgeDb.Core.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeDb.Core.Tests.Connections;

/// <summary>Many callers at once on a real clock, with everything that can go wrong; ends in a check of the pool's invariants.</summary>
public sealed class ConnectionPoolStressTests
{
    private const int Callers = 16;
    private const int RoundsEach = 4000;

    [Theory]
    [InlineData(1, 5)]
    [InlineData(8, 2)]
    public async Task No_connection_is_lost_shared_or_left_open_under_failures_cancellation_and_resizing(int leasesPerConnection, int maxSize)
    {
        var source = new UnsteadySource();
        var options = new ConnectionPoolOptions
        {
            MinIdle = 1,
            MaxSize = maxSize,
            LeasesPerConnection = leasesPerConnection,
            QueueCapacity = 8,
            AcquireTimeout = TimeSpan.FromMilliseconds(20),
            OverloadAcquireTimeout = TimeSpan.FromMilliseconds(2),
            CheckAfterIdle = TimeSpan.Zero,
            // It looks after itself ten times a second.
            LeakAfter = TimeSpan.FromMilliseconds(400),
        };
        var pool = new ConnectionPool<FakeConnection>(source, options, null, TimeProvider.System, NullLogger.Instance);
        var granted = 0L;
        var callers = Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var random = new Random(caller);
            for (var round = 0; round < RoundsEach; round++)
            {
                using var cancelling = new CancellationTokenSource();
                source.IsAsked = true;
                var renting = pool.AcquireAsync(
                    (ConnectionRole)random.Next(4), (ulong)random.Next(6), TimeSpan.FromMilliseconds(random.Next(1, 30)), cancelling.Token);
                source.IsAsked = false;
                if (random.Next(8) == 0)
                    await cancelling.CancelAsync();
                try
                {
                    using var lease = await renting;
                    Interlocked.Increment(ref granted);
                    if (leasesPerConnection == 1)
                        lease.Connection.Enter();
                    Assert.False(lease.Connection.IsClosed);
                    if (random.Next(4) == 0)
                        await Task.Yield();
                    if (leasesPerConnection == 1)
                        lease.Connection.Leave();
                    if (random.Next(50) == 0)
                        lease.Fail((FailureKind)random.Next(5));
                }
                catch (Exception failure) when (failure is PoolBusyException or ConnectionOpenException or OperationCanceledException)
                {
                    // What the pool may answer; anything else fails the test.
                }

                if (caller == 0 && round % 100 == 0)
                    pool.Reconfigure(options with { MaxSize = random.Next(1, maxSize + 1) });
            }
        })).ToArray();
        await Task.WhenAll(callers);

        var end = pool.Statistics;
        Assert.Equal((0, 0), (end.Leased, end.Waiting));
        Assert.Equal(end.Open, end.Idle);
        Assert.Equal(granted, end.Acquired - source.FailedChecks);
        Assert.True(await pool.CloseAsync());
        end = pool.Statistics;
        Assert.Equal((0, 0, 0), (end.Open, end.Opening, end.Closing));
        Assert.Equal(source.Opened, source.Closed);
        Assert.True(granted > Callers, $"{granted} leases");
    }

    private sealed class UnsteadySource : IConnectionSource<FakeConnection>
    {
        private readonly AsyncLocal<bool> _asked = new();
        private int _opened;
        private int _closed;
        private int _failedChecks;

        public string Name => "unsteady";

        public int Opened => _opened;

        public int Closed => _closed;

        /// <summary>Of connections that were about to be handed out. The pool looks after idle ones as well.</summary>
        public int FailedChecks => _failedChecks;

        /// <summary>What goes on in this flow of control is for a caller.</summary>
        public bool IsAsked
        {
            set => _asked.Value = value;
        }

        public async ValueTask<FakeConnection> OpenAsync(ConnectionRole role, CancellationToken ct)
        {
            if (Random.Shared.Next(2) == 0)
                await Task.Yield();
            if (Random.Shared.Next(5) == 0)
                throw new IOException("refused");
            return new FakeConnection(Interlocked.Increment(ref _opened), role);
        }

        public bool IsUsable(FakeConnection connection) => Random.Shared.Next(200) != 0;

        public async ValueTask<bool> CheckAsync(FakeConnection connection, CancellationToken ct)
        {
            if (Random.Shared.Next(2) == 0)
                await Task.Yield();
            if (Random.Shared.Next(50) != 0)
                return true;
            if (_asked.Value)
                Interlocked.Increment(ref _failedChecks);
            return false;
        }

        public bool TryAssign(FakeConnection connection, ConnectionRole role) => Random.Shared.Next(2) == 0;

        public bool TryReset(FakeConnection connection) => Random.Shared.Next(100) != 0;

        public ValueTask CloseAsync(FakeConnection connection)
        {
            Assert.False(connection.IsClosed);
            connection.IsClosed = true;
            Interlocked.Increment(ref _closed);
            return ValueTask.CompletedTask;
        }

        public FailureKind Classify(Exception exception) => FailureKind.Connect;
    }
}
