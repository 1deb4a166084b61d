using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Pipeline;

/// <summary>
/// Whether the board is in need. Then answers come from memory and the file alone, and whoever does more than it was asked for (refreshes, warming, feeds)
/// looks at <see cref="IsOn"/> and leaves it. A reason holds from the first time that it is told until it has been gone for
/// <see cref="QuietTime"/>: what comes and goes is one emergency, not many.
/// </summary>
internal sealed partial class EmergencyMode(TimeProvider time, ILogger<EmergencyMode> logger)
{
    /// <summary>How long a reason must have been gone.</summary>
    public static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Trigger[] _triggers = new Trigger[Enum.GetValues<EmergencyReason>().Length];
    private EmergencyState? _current;
    private long _begun;

    /// <summary>Told after a change with what holds from now on, one at a time. Handlers are short and do not throw.</summary>
    public event Action<EmergencyState?>? Changed;

    /// <summary>What holds now; null in ordinary times. A plain load.</summary>
    public EmergencyState? Current => Volatile.Read(ref _current);

    /// <summary>Only what was asked for is done.</summary>
    public bool IsOn => Current is not null;

    /// <summary>Emergencies since the start.</summary>
    public long Begun => Volatile.Read(ref _begun);

    /// <summary>Whether the reason was last told to hold.</summary>
    public bool Holds(EmergencyReason reason)
    {
        lock (_lock)
            return _triggers[(int)reason].Holds;
    }

    /// <summary>A failure was met; an emergency begins where its policy says so.</summary>
    public void Meet(PipelineOperation operation, Exception failure)
    {
        if (FailurePolicies.For(operation, failure) is { } policy && policy.Steps.HasFlag(FailureStep.Emergency))
            Tell(ReasonOf(policy.Failure), holds: true);
    }

    /// <summary>Says whether a reason holds. Telling the same again changes nothing.</summary>
    public void Tell(EmergencyReason reason, bool holds)
    {
        lock (_lock)
        {
            ref var trigger = ref _triggers[(int)reason];
            if (trigger.Holds && !holds)
                trigger.GoneAt = time.GetTimestamp();
            trigger.Holds = holds;
            if (!holds || trigger.Counts)
                return;
            trigger.Counts = true;
            Publish();
        }
    }

    /// <summary>Ends what has been gone long enough. To be called every few seconds.</summary>
    public void Review()
    {
        lock (_lock)
        {
            var ended = false;
            foreach (ref var trigger in _triggers.AsSpan())
            {
                if (!trigger.Counts || trigger.Holds || time.GetElapsedTime(trigger.GoneAt) < QuietTime)
                    continue;
                trigger.Counts = false;
                ended = true;
            }

            if (ended)
                Publish();
        }
    }

    private static EmergencyReason ReasonOf(PipelineFailure failure) => failure switch
    {
        PipelineFailure.DiskFull => EmergencyReason.DiskFull,
        PipelineFailure.Device => EmergencyReason.DeviceFailing,
        PipelineFailure.Damage => EmergencyReason.FileDamaged,
        PipelineFailure.Memory => EmergencyReason.Memory,
        _ => throw new ArgumentOutOfRangeException(nameof(failure), failure, "No emergency begins with this failure; the table of policies says otherwise."),
    };

    // Under the lock, so that changes are told in the order in which they happen.
    private void Publish()
    {
        var before = _current;
        ImmutableArray<EmergencyReason> reasons = [.. Enum.GetValues<EmergencyReason>().Where(reason => _triggers[(int)reason].Counts)];
        var now = reasons.IsEmpty ? null : new EmergencyState(before?.Since ?? time.GetUtcNow(), reasons);
        Volatile.Write(ref _current, now);
        if (now is null)
        {
            LogEnded(logger, (time.GetUtcNow() - before!.Since).TotalSeconds);
        }
        else
        {
            if (before is null)
                Volatile.Write(ref _begun, _begun + 1);
            LogHolds(logger, string.Join(", ", reasons));
        }

        Changed?.Invoke(now);
    }

    [LoggerMessage(EventId = 5101, Level = LogLevel.Error, Message = "Emergency mode: {Reasons}. Answers come from memory and the file alone; nothing is done that nobody asked for")]
    private static partial void LogHolds(ILogger logger, string reasons);

    [LoggerMessage(EventId = 5102, Level = LogLevel.Warning, Message = "Emergency mode ended after {Seconds:F0} s")]
    private static partial void LogEnded(ILogger logger, double seconds);

    private struct Trigger
    {
        /// <summary>It holds.</summary>
        public bool Holds;

        /// <summary>It is a reason: it holds, or held a moment ago.</summary>
        public bool Counts;

        /// <summary>When it last ceased to hold.</summary>
        public long GoneAt;
    }
}
