namespace EdgeDb.Api;

// The shapes of /api/pipeline in /openapi/v1.json.

internal sealed record PipelineBody(EmergencyBody? Emergency, AnswersBody Answers, CacheBody Cache, AdmissionBody Admission, IReadOnlyList<PolicyBody> Policies);

internal sealed record AnswersBody(long Made, long Shared, long Hit, long SecondLevel, long Stale, long StaleIfError);

internal sealed record CacheBody(int Entries, int MaxEntries, long SizeBytes, long BudgetBytes, long Evicted, long Expired, long Invalidated);

internal sealed record AdmissionBody(int Running, int Waiting, long TurnedAway);

internal sealed record PolicyBody(string Operation, string Failure, IReadOnlyList<string> Steps, string Promise);
