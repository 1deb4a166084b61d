using Polly;

namespace EdgeDb.Core.Connections;

/// <summary>One run of an operation: what strategies tell each other, and what the operation may ask. Valid until its callback has ended.</summary>
internal sealed class Attempt
{
    /// <summary>Under which strategies find it in the context. Without it they let work pass as it is.</summary>
    public static readonly ResiliencePropertyKey<Attempt?> Key = new("EdgeDb.Attempt");

    private volatile bool _isSent;

    /// <summary>The operation.</summary>
    public OperationCall Call { get; set; }

    /// <summary>0 for the first run; retries and hedges count on.</summary>
    public int Number { get; set; }

    /// <summary>It runs beside another one that has not answered yet.</summary>
    public bool IsHedge { get; set; }

    /// <summary>Whose connections it uses; another than the called one for a hedge that takes another route.</summary>
    public EndpointResilience? Route { get; set; }

    /// <summary>Ends when the caller gives up, when this run lost, and when its time is over.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>Its time was over before it had a connection, because others used them: that says nothing about the endpoint.</summary>
    public bool WaitedForOthers { get; set; }

    /// <summary>The endpoint may have received something.</summary>
    public bool IsSent => _isSent;

    /// <summary>Runs begun for the operation so far.</summary>
    internal int Begun { get; set; }

    /// <summary>A run that lost still holds it, so it is left to the collector.</summary>
    internal bool IsLeftBehind { get; set; }

    /// <summary>To be called before the first byte is sent: from then on a timeout is not tried again.</summary>
    public void MarkSent() => _isSent = true;

    /// <summary>Makes it the first run of an operation.</summary>
    internal void Begin(in OperationCall call, EndpointResilience route, CancellationToken ct)
    {
        Call = call;
        Route = route;
        CancellationToken = ct;
        Number = 0;
        Begun = 1;
        _isSent = WaitedForOthers = false;
    }

    /// <summary>Makes it the next run of the same operation.</summary>
    internal void BeginAgain()
    {
        Number = Begun++;
        _isSent = WaitedForOthers = false;
    }

    /// <summary>Drops what it refers to.</summary>
    internal void End()
    {
        Call = default;
        Route = null;
        CancellationToken = default;
    }
}
