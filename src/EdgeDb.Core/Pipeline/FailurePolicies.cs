using System.Collections.Immutable;
using EdgeDb.Core.Connections;
using EdgeDb.Core.Storage;
using static EdgeDb.Core.Pipeline.FailureStep;
using static EdgeDb.Core.Pipeline.PipelineFailure;
using static EdgeDb.Core.Pipeline.PipelineOperation;

namespace EdgeDb.Core.Pipeline;

/// <summary>What is done about which failure: one table, shown to people and obeyed by the pipeline.</summary>
internal static class FailurePolicies
{
    public static ImmutableArray<FailurePolicy> Table { get; } =
    [
        new(Read, Busy, Expired, "An answer past its time is given while nothing has changed it; else 503, try again."),
        new(Read, Late, Expired, "An answer past its time is given while nothing has changed it; else 504."),
        new(Read, PipelineFailure.Memory, Stale | Emergency, "The last known answer is given and marked; else 503."),
        new(Read, Device, Retry | Stale | Emergency, "Read once more; then the last known answer is given and marked; else 503."),
        new(Read, Damage, Stale | Emergency, "The last known answer is given and marked until the service has started anew with a whole file; else 503."),
        new(Write, Busy, None, "503, try again: nothing was changed."),
        new(Write, PipelineFailure.Memory, Emergency, "503: nothing was changed. Reads go on."),
        new(Write, DiskFull, Emergency, "507: nothing was changed. Reads go on."),
        new(Write, Device, Emergency, "503: nothing was changed. Reads go on."),
        new(Write, Damage, Emergency, "503: nothing was changed. The service starts anew and checks its file."),
        new(PipelineOperation.SecondLevel, Unreachable, OtherRoute, "The answer is made from the file; what memory holds is trusted for a short time only."),
        new(PipelineOperation.SecondLevel, Late, OtherRoute, "The answer is made from the file."),
        new(PipelineOperation.SecondLevel, Busy, OtherRoute, "The answer is made from the file."),
        new(Upstream, Unreachable, Retry, "The household is served without it; /health/ready names it; it is tried again by itself."),
        new(Upstream, Late, Retry, "As if it could not be reached: a host that hangs holds up nobody else."),
        new(Background, Busy, Retry, "Tried again later."),
        new(Background, Device, Retry | Emergency, "Tried again when the emergency has ended; a copy that a person asks for is taken at once."),
        new(Background, DiskFull, Retry | Emergency, "Tried again when the emergency has ended; a copy that a person asks for is tried at once."),
        new(Background, Unreachable, Retry, "Tried again later, less and less often; what is known stays."),
    ];

    /// <summary>The line for a failure; null where nothing is sick (a wrong value, a caller who left) or nothing is known to help.</summary>
    public static FailurePolicy? For(PipelineOperation operation, Exception exception)
    {
        if (Kind(exception) is not { } failure)
            return null;
        foreach (var policy in Table)
            if (policy.Operation == operation && policy.Failure == failure)
                return policy;
        return null;
    }

    private static PipelineFailure? Kind(Exception exception) => exception switch
    {
        StorageException { Failure: StorageFailure.DiskFull } => DiskFull,
        StorageException { Failure: StorageFailure.InputOutput or StorageFailure.CannotOpen or StorageFailure.ReadOnly } => Device,
        StorageException { Failure: StorageFailure.Corrupt } => Damage,
        StorageException { Failure: StorageFailure.OutOfMemory } or OutOfMemoryException => PipelineFailure.Memory,
        StorageException { IsTransient: true } or OverloadedException or PoolBusyException => Busy,
        TimeoutException or RedisException { Failure: RedisFailure.Timeout } => Late,
        RedisException { Failure: RedisFailure.Busy } => Busy,
        ConnectionOpenException or CircuitOpenException or RedisException => Unreachable,
        _ => null,
    };
}
