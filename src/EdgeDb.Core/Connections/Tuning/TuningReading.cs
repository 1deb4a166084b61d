namespace EdgeDb.Core.Connections;

/// <summary>What a subject has done since its start and what it uses now. Differences of two readings are a window.</summary>
/// <param name="Answered">Requests answered.</param>
/// <param name="Failed">Requests that got no answer because of us or the endpoint: timed out, turned away, refused by the breaker.</param>
/// <param name="ResponseSeconds">Time of all answered requests from asking to the answer, waiting included.</param>
/// <param name="MemoryBytes">Memory in use for connections now.</param>
/// <param name="P99Seconds">99th percentile of the latest latencies; 0 when unknown.</param>
internal readonly record struct TuningReading(long Answered, long Failed, double ResponseSeconds, double MemoryBytes, double P99Seconds);
