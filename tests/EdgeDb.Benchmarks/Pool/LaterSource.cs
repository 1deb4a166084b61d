using System.Threading.Tasks.Sources;
using Polly;

namespace EdgeDb.Benchmarks.Pool;

/// <summary>Work that is pending when its call returns and completes on command, on the same thread, without an allocation of its own.</summary>
internal sealed class LaterSource : IValueTaskSource<Outcome<int>>, IValueTaskSource<int>
{
    private ManualResetValueTaskSourceCore<int> _core;

    public ValueTask<Outcome<int>> Begin()
    {
        _core.Reset();
        return new ValueTask<Outcome<int>>(this, _core.Version);
    }

    public ValueTask<int> BeginValue()
    {
        _core.Reset();
        return new ValueTask<int>(this, _core.Version);
    }

    public void Complete() => _core.SetResult(1);

    Outcome<int> IValueTaskSource<Outcome<int>>.GetResult(short token) => Outcome.FromResult(_core.GetResult(token));

    int IValueTaskSource<int>.GetResult(short token) => _core.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
