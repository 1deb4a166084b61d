using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>A service and a household of one test class's own. It must not have logged an error when the class is done.</summary>
public class ServiceFixture : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    internal Api Api { get; private set; } = null!;

    /// <summary>Further arguments of <c>serve</c>.</summary>
    protected virtual string[] Arguments => ["--zone", "Europe/Berlin"];

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Api = new(await ServiceProcess.StartAsync(_folder.Path, Arguments));
        // Until the window is kept, every read expands for itself: tests would then not see the table at all.
        await Api.EventuallyAsync(
            "the window is kept",
            async () => (await Api.GetAsync("/api/household")) is var answer && answer.Json.Text("windowFrom")[0] == '2' ? answer : null);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        var output = Api.Service.Output;
        await Api.Service.DisposeAsync();
        _folder.Dispose();
        var errors = output.Split('\n').Where(static line => line.Contains(" fail: ", StringComparison.Ordinal) || line.Contains(" crit: ", StringComparison.Ordinal));
        Assert.Empty(errors);
        GC.SuppressFinalize(this);
    }
}
