namespace EdgeDb.Core.Connections;

/// <summary>A reused source of cancellation that follows a caller's token and, when asked, a timer.</summary>
internal struct LinkedCancellation
{
    private readonly CancellationSources _owner;
    private readonly CancellationTokenSource _source;
    private CancellationTokenRegistration _registration;

    internal LinkedCancellation(CancellationSources owner, CancellationTokenSource source, CancellationToken caller)
    {
        _owner = owner;
        _source = source;
        _registration = caller.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), source);
    }

    public readonly CancellationToken Token => _source.Token;

    /// <summary>Cancels; callbacks run on the thread pool.</summary>
    public readonly void CancelLater() => _ = _source.CancelAsync();

    /// <summary>Ends the link; true when the token was cancelled. The token must not be used afterwards.</summary>
    public bool End()
    {
        // Dispose and not Unregister: it waits for a callback that is running, which would otherwise cancel the next user of the source.
        _registration.Dispose();
        _registration = default;
        var wasCancelled = _source.IsCancellationRequested;
        _owner.Return(_source);
        return wasCancelled;
    }
}

/// <summary>Reused sources of cancellation: one with a timer is 200 bytes, and its timer survives a reset.</summary>
internal sealed class CancellationSources(TimeProvider time)
{
    private const int Kept = 64;

    private readonly Spares<CancellationTokenSource> _spares = new(Kept);

    /// <param name="after">Cancelled after this time as well; infinite for never.</param>
    /// <param name="caller">The token to follow.</param>
    public LinkedCancellation Link(TimeSpan after, CancellationToken caller)
    {
        var source = _spares.Take() ?? new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        if (after != Timeout.InfiniteTimeSpan)
            source.CancelAfter(after);
        return new LinkedCancellation(this, source, caller);
    }

    internal void Return(CancellationTokenSource source)
    {
        if (!source.TryReset() || !_spares.TryKeep(source))
            source.Dispose();
    }
}
