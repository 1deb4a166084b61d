using System.Collections;
using System.Diagnostics;
using EdgeDb.Tests;

namespace EdgeDb.BrowserTests;

/// <summary>The home of somebody on Linux who has told Chromium to trust the household's authority, as the page about it says.</summary>
internal static class TrustingHome
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Makes it in a folder.</summary>
    /// <param name="folder">An empty folder.</param>
    /// <param name="authority">The authority, PEM.</param>
    /// <returns>The environment in which a browser finds it.</returns>
    public static async Task<IEnumerable<KeyValuePair<string, string>>> MakeAsync(TemporaryFolder folder, string authority)
    {
        var file = folder.File("authority.pem");
        await File.WriteAllTextAsync(file, authority);
        var store = Directory.CreateDirectory(folder.File("home/.pki/nssdb")).FullName;
        await CertutilAsync("-d", "sql:" + store, "-N", "--empty-password");
        await CertutilAsync("-d", "sql:" + store, "-A", "-t", "C,,", "-n", "edgedb", "-i", file);
        return Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Where(static v => (string)v.Key != "HOME")
            .Select(static v => KeyValuePair.Create((string)v.Key, (string)v.Value!)).Append(KeyValuePair.Create("HOME", folder.File("home")));
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
