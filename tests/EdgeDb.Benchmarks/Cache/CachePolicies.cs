using EdgeDb.Benchmarks.Cache.Policies;

namespace EdgeDb.Benchmarks.Cache;

/// <summary>The policies that are compared: name, and how to make one for a capacity in entries.</summary>
internal static class CachePolicies
{
    public const string Shipped = "edgedb";
    public const string Optimum = "optimum";

    public static readonly (string Name, Func<int, CacheTrace, IReplacementPolicy> Create)[] All =
    [
        (Shipped, static (capacity, trace) => new ShippedCache(capacity, trace.Keys)),
        ("lru", static (capacity, trace) => new Lru(capacity, trace.Keys.Length)),
        ("memorycache", static (capacity, trace) => new MicrosoftMemoryCache(capacity, trace.Keys)),
        ("sieve", static (capacity, trace) => new Sieve(capacity, trace.Keys.Length)),
        ("s3-fifo", static (capacity, trace) => new S3Fifo(capacity, trace.Keys.Length)),
        ("2q", static (capacity, trace) => new TwoQueues(capacity, trace.Keys.Length)),
        ("arc", static (capacity, trace) => new Arc(capacity, trace.Keys.Length)),
        ("lirs", static (capacity, trace) => new Lirs(capacity, trace.Keys.Length)),
        ("w-tinylfu", static (capacity, trace) => new WindowTinyLfu(capacity, trace.Keys.Length, climbs: false)),
        ("w-tinylfu-climbing", static (capacity, trace) => new WindowTinyLfu(capacity, trace.Keys.Length, climbs: true)),
        (Optimum, static (capacity, trace) => new Optimum(capacity, trace.Keys.Length, trace.Requests)),
    ];

    /// <summary>Hits of a policy on a whole trace, beginning empty.</summary>
    public static int Hits(Func<int, CacheTrace, IReplacementPolicy> create, int capacity, CacheTrace trace)
    {
        var policy = create(capacity, trace);
        using var disposal = policy as IDisposable;
        var hits = 0;
        foreach (var key in trace.Requests)
            if (policy.Request(key))
                hits++;
        return hits;
    }
}
