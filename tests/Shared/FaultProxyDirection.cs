using System.Diagnostics;

namespace EdgeDb.Tests;

/// <summary>What one direction of a <see cref="FaultProxy"/>'s link does to bytes. Everything can change while it runs and holds from the next bytes on.</summary>
internal sealed class FaultProxyDirection
{
    private readonly FaultProxy _proxy;
    private volatile TaskCompletionSource? _blackhole;

    internal FaultProxyDirection(FaultProxy proxy) => _proxy = proxy;

    /// <summary>One way. Does not lessen throughput: what is sent 1 ms later arrives 1 ms later.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>Added to the latency, evenly spread between 0 and this; never reorders.</summary>
    public TimeSpan Jitter { get; set; }

    /// <summary>Of each connection; 0 is unlimited.</summary>
    public long BytesPerSecond { get; set; }

    /// <summary>How much later than its last bytes the end of a connection is passed on.</summary>
    public TimeSpan CloseDelay { get; set; }

    /// <summary>
    /// While true nothing arrives, as when a cable is pulled: nobody is told, and when it is plugged in again everything arrives, because
    /// TCP repeats it. New connections are established, since that is the kernel's doing.
    /// </summary>
    public bool IsBlackholed
    {
        get => _blackhole is not null;
        set
        {
            if (value)
                _blackhole ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            else
                Interlocked.Exchange(ref _blackhole, null)?.SetResult();
        }
    }

    /// <summary>Completed unless blackholed.</summary>
    internal Task Passable => _blackhole?.Task ?? Task.CompletedTask;

    /// <summary>Largest piece to read at once: 10 ms of a limited link, so that it trickles and does not come in lumps.</summary>
    internal int PieceBytes(int most) => BytesPerSecond is > 0 and var rate ? (int)Math.Clamp(rate / 100, 1, most) : most;

    /// <summary>
    /// When bytes read now arrive, as a timestamp of <see cref="Stopwatch"/>; 0 is at once.
    /// </summary>
    /// <param name="bytes">How many.</param>
    /// <param name="freeAt">When the connection's link has sent what was before them; moved on.</param>
    internal long Arrival(int bytes, ref long freeAt)
    {
        var (latency, jitter, rate) = (Latency, Jitter, BytesPerSecond);
        if (latency == TimeSpan.Zero && jitter == TimeSpan.Zero && rate == 0)
            return 0;
        var sent = Stopwatch.GetTimestamp();
        if (rate > 0)
            freeAt = sent = Math.Max(sent, freeAt) + (long)((double)bytes / rate * Stopwatch.Frequency);
        if (jitter > TimeSpan.Zero)
            latency += jitter * _proxy.NextRandom();
        return sent + (long)(latency.TotalSeconds * Stopwatch.Frequency);
    }
}
