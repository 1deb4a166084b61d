using EdgeDb.Core.Connections;
using System.Collections.Concurrent;

namespace EdgeDb.Core.Tests.Connections;

/// <summary>Opens <see cref="FakeConnection"/>s at once, or when the test says so.</summary>
internal sealed class FakeSource : IConnectionSource<FakeConnection>
{
    private int _numbers;
    private int _closed;

    public string Name { get; init; } = "fake";

    public ConcurrentQueue<TaskCompletionSource> Held { get; } = new();

    public bool HoldOpens { get; set; }

    /// <summary>Until when checks and closings take; null for at once.</summary>
    public TaskCompletionSource? HoldChecks { get; set; }

    public TaskCompletionSource? HoldCloses { get; set; }

    public Exception? OpenFailure { get; set; }

    public bool Assignable { get; set; } = true;

    public int Opens => _numbers;

    public int Closed => Volatile.Read(ref _closed);

    public ConcurrentQueue<FakeConnection> All { get; } = new();

    public event Action? Lost;

    public void Lose(FakeConnection connection)
    {
        connection.IsUsable = false;
        Lost?.Invoke();
    }

    public async ValueTask<FakeConnection> OpenAsync(ConnectionRole role, CancellationToken ct)
    {
        var number = Interlocked.Increment(ref _numbers);
        if (HoldOpens)
        {
            var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Held.Enqueue(held);
            await held.Task.WaitAsync(ct);
        }

        if (OpenFailure is { } failure)
            throw failure;
        var connection = new FakeConnection(number, role);
        All.Enqueue(connection);
        return connection;
    }

    public bool IsUsable(FakeConnection connection) => connection.IsUsable;

    public async ValueTask<bool> CheckAsync(FakeConnection connection, CancellationToken ct)
    {
        if (HoldChecks is { } held)
            await held.Task.WaitAsync(ct);
        return connection.IsAlive;
    }

    public bool TryAssign(FakeConnection connection, ConnectionRole role)
    {
        if (!Assignable)
            return false;
        connection.Role = role;
        return true;
    }

    public bool TryReset(FakeConnection connection) => connection.ResetWorks;

    public async ValueTask CloseAsync(FakeConnection connection)
    {
        var held = HoldCloses;
        connection.IsClosed = true;
        if (held is not null)
            await held.Task;
        Interlocked.Increment(ref _closed);
    }

    public FailureKind Classify(Exception exception) => exception is IOException ? FailureKind.Connect : FailureKind.Query;
}
