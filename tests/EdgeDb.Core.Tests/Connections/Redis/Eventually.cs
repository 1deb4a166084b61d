using Xunit;

namespace EdgeDb.Core.Tests.Connections.Redis;

/// <summary>Waits for what another thread is about to do.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Returns once it is so, and fails the test when it does not become so.</summary>
    public static async Task IsTrueAsync(Func<bool> condition, string what)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!condition())
        {
            Assert.False(limit.IsCancellationRequested, $"Not within {Limit.TotalSeconds} s: {what}");
            await Task.Yield();
        }
    }
}
