namespace EdgeDb.Tests;

/// <summary>
/// The servers are not installed here. Thrown out of a test it skips that test: xunit.v3 takes any exception whose message begins with
/// its token so, which spares this folder a reference to it (the benchmarks share the folder and have none).
/// </summary>
/// <param name="reason">What is missing and how to get it.</param>
internal sealed class UpstreamsMissingException(string reason) : Exception("$XunitDynamicSkip$" + reason)
{
    /// <summary>What is missing and how to get it.</summary>
    public string Reason { get; } = reason;
}
