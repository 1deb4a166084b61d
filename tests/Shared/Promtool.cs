using System.Diagnostics;

namespace EdgeDb.Tests;

/// <summary>Prometheus's own check of its text format; its hints on names count like errors.</summary>
internal static class Promtool
{
    /// <summary>What promtool has to say; empty when the text is as it should be. Skips the test where it is not installed.</summary>
    public static async Task<string> CheckAsync(string text, CancellationToken cancellationToken)
    {
        var path = Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(static folder => Path.Combine(folder, "promtool")).FirstOrDefault(File.Exists)
            ?? throw new UpstreamsMissingException("promtool is not installed; it comes with Debian's package prometheus.");
        using var process = Process.Start(
            new ProcessStartInfo(path, ["check", "metrics"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        await process.StandardInput.WriteAsync(text);
        process.StandardInput.Close();
        await process.WaitForExitAsync(cancellationToken);
        var said = await output + await errors;
        return process.ExitCode == 0 ? said : $"exit code {process.ExitCode}: {said}";
    }
}
