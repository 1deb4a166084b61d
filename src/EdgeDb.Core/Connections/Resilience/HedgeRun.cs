using Polly;

namespace EdgeDb.Core.Connections;

/// <summary>One of the two runs of a hedged read.</summary>
internal struct HedgeRun(Attempt attempt, ResilienceContext context, LinkedCancellation cancellation)
{
    private LinkedCancellation _cancellation = cancellation;

    public readonly Attempt Attempt => attempt;

    public readonly ResilienceContext Context => context;

    /// <summary>The other run was faster. Cancels without running what follows from that here: a driver may send its own message for it.</summary>
    public readonly void Lose()
    {
        attempt.IsLeftBehind = true;
        _cancellation.CancelLater();
    }

    /// <summary>After its work has completed.</summary>
    public void End()
    {
        _cancellation.End();
        ResilienceContextPool.Shared.Return(context);
    }
}
