using System.Diagnostics;

namespace EdgeDb.Core.Tests;

/// <summary>This test executable, started once more as another process.</summary>
internal sealed class ChildProcess : IDisposable
{
    public const string Verb = "child";

    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    public int Id => _process.Id;

    /// <summary>Starts <paramref name="mode"/>, under a wrapper such as strace when one is given.</summary>
    public static ChildProcess Start(string mode, string path, params string[] wrapper)
    {
        var command = new List<string>(wrapper) { Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", typeof(ChildProcess).Assembly.Location, Verb, mode, path };
        var start = new ProcessStartInfo(command[0]) { RedirectStandardOutput = true, RedirectStandardInput = true, UseShellExecute = false };
        foreach (var argument in command.Skip(1))
            start.ArgumentList.Add(argument);
        return new ChildProcess(Process.Start(start)!);
    }

    /// <summary>The next line of its output; null at the end.</summary>
    public ValueTask<string?> ReadLineAsync() => _process.StandardOutput.ReadLineAsync(CancellationToken.None);

    /// <summary>SIGKILL, then what it had still written.</summary>
    public async Task<string[]> KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        return await ReadToEndAsync();
    }

    /// <summary>Its remaining lines, after it has ended. A last line that is cut off is dropped.</summary>
    public async Task<string[]> ReadToEndAsync()
    {
        var rest = await _process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await _process.WaitForExitAsync(CancellationToken.None);
        return rest.Split('\n')[..^1];
    }

    /// <summary>Closes its input, at which a waiting child ends, and returns its exit code.</summary>
    public async Task<int> EndAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(CancellationToken.None);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
