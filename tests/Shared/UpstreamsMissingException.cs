namespace EdgeDb.Tests;

/// <summary>
/// Servers, or other things that a test needs, are not installed here. Thrown out of a test it skips that test: xunit.v3 takes any exception whose message begins with
/// its token so, which spares this folder a reference to it (the benchmarks share the folder and have none).
/// </summary>
/// <param name="reason">What is missing and how to get it.</param>
internal sealed class UpstreamsMissingException(string reason) : Exception("$XunitDynamicSkip$" + reason)
{
    /// <summary>What is missing and how to get it.</summary>
    public string Reason { get; } = reason;

    /// <summary>Skips the test; in CI, where nothing may be missing, fails it.</summary>
    public static Exception Of(string reason) =>
        Environment.GetEnvironmentVariable("CI") == "true" ? new InvalidOperationException(reason) : new UpstreamsMissingException(reason);
}
