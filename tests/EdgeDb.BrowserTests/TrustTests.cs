using System.Collections;
using System.Diagnostics;
using EdgeDb.Tests;
using Microsoft.Playwright;

namespace EdgeDb.BrowserTests;

/// <summary>A browser warns of the household's authority until somebody has told it, and only then comes in.</summary>
public sealed class TrustTests(Browser browser)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

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

        // As the page says it for Linux: Chromium reads the authorities of the user's home.
        var authority = folder.File("authority.pem");
        await File.WriteAllTextAsync(authority, await service.Http.GetStringAsync(new Uri("/trust/authority.pem", UriKind.Relative), TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        var store = Directory.CreateDirectory(folder.File("home/.pki/nssdb")).FullName;
        await CertutilAsync("-d", "sql:" + store, "-N", "--empty-password");
        await CertutilAsync("-d", "sql:" + store, "-A", "-t", "C,,", "-n", "edgedb", "-i", authority);
        using var playwright = await Playwright.CreateAsync();
        await using var trusting = await playwright.Chromium.LaunchPersistentContextAsync(
            folder.File("profile"),
            new()
            {
                ExecutablePath = Environment.GetEnvironmentVariable("EDGEDB_CHROMIUM") ?? "/usr/bin/chromium",
                Headless = true,
                Args = ["--no-sandbox", "--disable-gpu", "--no-first-run"],
                Env = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Where(static v => (string)v.Key != "HOME")
                    .Select(static v => KeyValuePair.Create((string)v.Key, (string)v.Value!)).Append(KeyValuePair.Create("HOME", folder.File("home"))),
            });
        trusting.SetDefaultTimeout((float)Patience.TotalMilliseconds);
        var page = await trusting.NewPageAsync();

        var answer = await page.GotoAsync(address);

        Assert.Equal(200, answer!.Status);
        Assert.Equal("TLS 1.3", (await answer.SecurityDetailsAsync())!.Protocol);
        Assert.True(await page.EvaluateAsync<bool>("isSecureContext"));
    }

    private static async Task CertutilAsync(params string[] arguments)
    {
        if (!File.Exists("/usr/bin/certutil"))
            throw UpstreamsMissingException.Of("certutil is not installed; it comes with Debian's package libnss3-tools.");
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/certutil", arguments) { RedirectStandardInput = true, RedirectStandardError = true })!;
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(Patience, TimeProvider.System);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }

        Assert.True(process.HasExited && process.ExitCode == 0, $"certutil {string.Join(' ', arguments)} failed");
    }
}
