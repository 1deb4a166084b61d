namespace EdgeDb.Core.Connections;

/// <summary>What the kernel says about memory. A null is a kernel that does not say.</summary>
/// <param name="LimitBytes">The most that the process and its neighbours in the tightest control group may use; all memory where there is no group.</param>
/// <param name="AvailableBytes">What can still be taken before the kernel reclaims by force or kills.</param>
/// <param name="PressurePercent">Share of the last 10 s in which at least one task waited for memory.</param>
internal readonly record struct MemoryState(long? LimitBytes, long? AvailableBytes, double? PressurePercent);
