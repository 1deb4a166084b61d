using EdgeDb.Tests;
using Microsoft.Playwright;

namespace EdgeDb.BrowserTests;

/// <summary>A browser warns of the household's authority until somebody has told it, and only then comes in.</summary>
public sealed class TrustTests(Browser browser)
{
    [Fact]
    public async Task A_browser_that_was_told_to_trust_the_authority_comes_in_over_https()
    {
        using var folder = new TemporaryFolder();
        await using var service = await ServiceProcess.StartAsync(folder.File("data"), "--tls", "on", "--sample");
        var address = service.Output.Split('\n').Single(static line => line.Contains(" https on ", StringComparison.Ordinal)).Split(' ')[^1].Trim();
        await using (var stranger = await browser.NewContextAsync(new()))
        {
            var refused = await Assert.ThrowsAsync<PlaywrightException>(async () => await (await stranger.NewPageAsync()).GotoAsync(address));
            Assert.Contains("ERR_CERT_AUTHORITY_INVALID", refused.Message, StringComparison.Ordinal);
        }

        var authority = await service.Http.GetStringAsync(new Uri("/trust/authority.pem", UriKind.Relative), TestContext.Current.CancellationToken);
        await using var trusting = await browser.OpenProfileAsync(folder.File("profile"), new() { Env = await TrustingHome.MakeAsync(folder, authority) });
        var page = await trusting.NewPageAsync();

        var answer = await page.GotoAsync(address);

        Assert.Equal(200, answer!.Status);
        Assert.Equal("TLS 1.3", (await answer.SecurityDetailsAsync())!.Protocol);
        Assert.True(await page.EvaluateAsync<bool>("isSecureContext"));
    }
}
