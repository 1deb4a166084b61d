using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Tests.Storage;

/// <summary>Holds the writer inside a write that changes nothing, so that the writes after it wait and form one group.</summary>
internal sealed class BusyWriter : IDisposable
{
    private readonly ManualResetEventSlim _release = new();

    public BusyWriter(SqliteDatabase database, CancellationToken ct = default)
    {
        using var started = new ManualResetEventSlim();
        Write = database.WriteAsync((started, _release), static (_, gates) =>
        {
            gates.started.Set();
            gates._release.Wait();
            return 0;
        }, ct);
        started.Wait(CancellationToken.None);
    }

    public Task Write { get; }

    public void Release() => _release.Set();

    // Not disposed: the writer's thread may still be in Wait.
    public void Dispose() => _release.Set();
}
