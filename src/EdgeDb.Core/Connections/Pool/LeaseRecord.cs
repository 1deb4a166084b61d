namespace EdgeDb.Core.Connections;

/// <summary>One lease under way. Reused; <see cref="Version"/> tells an old lease from the present one. Read and written under the pool's lock.</summary>
internal sealed class LeaseRecord<T>
    where T : class
{
    public int Version { get; set; }

    public PooledConnection<T>? Pooled { get; set; }

    public long LeasedAt { get; set; }

    public int InFlight { get; set; }

    public FailureKind? Failure { get; set; }

    public bool IsDiscarded { get; set; }

    public bool IsReported { get; set; }

    public RentingSite Site { get; set; }

    public LeaseRecord<T>? Previous { get; set; }

    public LeaseRecord<T>? Next { get; set; }
}
