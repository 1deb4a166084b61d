using System.Globalization;

namespace EdgeDb.Core.Audit;

/// <summary>
/// What somebody should look at: counted since the start, and an entry of the audit log each, in which they stay open until an owner acknowledges them.
/// </summary>
internal sealed class SecurityEvents(AuditLog log, TimeProvider time)
{
    /// <summary>Wrong credentials within <see cref="FailuresWithin"/> that are many.</summary>
    public const int ManyFailures = 10;

    /// <summary>Warnings that are looked at; older ones are in the log.</summary>
    public const int MostListed = 100;

    public static readonly TimeSpan FailuresWithin = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly long[] _counts = new long[Enum.GetValues<SecurityEventKind>().Length];
    private long _failuresSince;
    private int _failures;

    /// <summary>As <c>new-device</c>.</summary>
    public static string Name(SecurityEventKind kind) => AuditKinds.Kebab(kind.ToString());

    /// <summary>Since the start.</summary>
    public long Count(SecurityEventKind kind) => Volatile.Read(ref _counts[(int)kind]);

    /// <summary>Something to look at.</summary>
    /// <param name="kind">What.</param>
    /// <param name="text">In a few words.</param>
    /// <param name="subject">Whose account it is about; null when the text tells nothing of a person.</param>
    public void Raise(SecurityEventKind kind, string text, string? subject = null)
    {
        Interlocked.Increment(ref _counts[(int)kind]);
        log.Write(AuditKind.Warning, AuditActor.Service, subject, $"{Name(kind)}: {text}");
    }

    /// <summary>Wrong credentials: many of them are something to look at, once.</summary>
    public void CountFailure()
    {
        lock (_gate)
        {
            if (_failures == 0 || time.GetElapsedTime(_failuresSince) >= FailuresWithin)
                (_failures, _failuresSince) = (0, time.GetTimestamp());
            if (++_failures != ManyFailures)
                return;
        }

        Raise(SecurityEventKind.ManyFailures, string.Create(CultureInfo.InvariantCulture, $"{ManyFailures} wrong sign-ins within {FailuresWithin.TotalMinutes} minutes"));
    }

    /// <summary>The newest warnings, newest first, and whether somebody has acknowledged each.</summary>
    public async ValueTask<IReadOnlyList<(AuditEntry Warning, bool IsAcknowledged)>> ListAsync(CancellationToken ct)
    {
        // An acknowledgement is newer than its warning, so reading both back from the end misses none.
        var entries = await log.Reader.WarningsAsync(2 * MostListed, ct).ConfigureAwait(false);
        var seen = new HashSet<string?>(entries.Where(static entry => entry.Kind == AuditKinds.Name(AuditKind.Acknowledged)).Select(static entry => entry.What), StringComparer.Ordinal);
        return [.. entries.Where(static entry => entry.Kind == AuditKinds.Name(AuditKind.Warning)).Take(MostListed)
            .Select(entry => (entry, seen.Contains(entry.Sequence.ToString(CultureInfo.InvariantCulture))))];
    }

    /// <summary>Somebody has seen a warning. False when there is no open one of that sequence. Durable when it completes.</summary>
    public async Task<bool> AcknowledgeAsync(long sequence, AuditActor by, CancellationToken ct)
    {
        var open = await ListAsync(ct).ConfigureAwait(false);
        if (!open.Any(warning => warning.Warning.Sequence == sequence && !warning.IsAcknowledged))
            return false;
        log.Write(AuditKind.Acknowledged, by, null, sequence.ToString(CultureInfo.InvariantCulture));
        await log.FlushAsync(ct).ConfigureAwait(false);
        return true;
    }
}
