using System.Diagnostics;
using System.Globalization;
using EdgeDb.Core.Connections;
using EdgeDb.Tests;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeDb.Core.Tests.Connections.Redis;

/// <summary>A redis-server of a test's own, up in about 30 ms. Without one the test fails in CI and is skipped elsewhere.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    /// <summary>Stands for the port among the arguments.</summary>
    public const string PortArgument = "{port}";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    // DEBUG RELOAD writes a dump there, which no other server may find.
    private readonly TemporaryFolder _folder = new();
    private readonly string[] _arguments;
    private Process _process = null!;

    private RedisServer(string[] arguments, int port)
    {
        _arguments = arguments;
        Port = port;
    }

    public int Port { get; }

    /// <summary>Settings that reach it, with limits that a busy machine keeps to.</summary>
    public RedisSettings Settings => new()
    {
        Address = string.Create(CultureInfo.InvariantCulture, $"redis://127.0.0.1:{Port}"),
        ConnectTimeout = TimeSpan.FromSeconds(10),
        CommandTimeout = TimeSpan.FromSeconds(10),
        SilenceLimit = TimeSpan.FromSeconds(20),
    };

    public static async Task<RedisServer> StartAsync(params string[] arguments)
    {
        while (true)
        {
            var server = new RedisServer(arguments, LoopbackPort.Free());
            if (await server.TryLaunchAsync())
                return server;
            server._folder.Dispose();
        }
    }

    public Task<RedisConnection> OpenAsync(RedisSettings? settings = null, RedisInvalidations? invalidations = null, TimeProvider? time = null) =>
        RedisConnection.OpenAsync(settings ?? Settings, invalidations, time ?? TimeProvider.System, NullLogger.Instance, CancellationToken.None).AsTask();

    /// <summary>SIGSTOP: the kernel still takes what is sent, and nobody answers, as behind a cable that was pulled.</summary>
    public void Freeze() => Signal("STOP");

    /// <summary>SIGCONT.</summary>
    public void Thaw() => Signal("CONT");

    /// <summary>SIGKILL, and its end.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Starts it again, empty, on the same port.</summary>
    public async Task StartAgainAsync() => Assert.True(await TryLaunchAsync());

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
        _folder.Dispose();
    }

    private async Task<bool> TryLaunchAsync()
    {
        var port = Port.ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(
            "redis-server",
            [
                "--port", port, "--bind", "127.0.0.1", "--save", "", "--daemonize", "no", "--dir", _folder.Path,
                .. _arguments.Select(argument => argument.Replace(PortArgument, port, StringComparison.Ordinal)),
            ])
        {
            RedirectStandardOutput = true,
        };
        try
        {
            _process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception missing) when (Environment.GetEnvironmentVariable("CI") != "true")
        {
            Assert.Skip($"redis-server is not installed ({missing.Message}); 'scripts/upstreams.sh install' installs it.");
        }

        var output = new List<string>();
        using var limit = new CancellationTokenSource(StartLimit);
        while (await _process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            output.Add(line);
            if (!line.Contains("Ready to accept connections", StringComparison.Ordinal))
                continue;
            _ = _process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            return true;
        }

        await _process.WaitForExitAsync(limit.Token);
        // Another process may have taken the port meanwhile; anything else is a mistake in the arguments.
        Assert.Contains(output, line => line.Contains("Address already in use", StringComparison.Ordinal));
        return false;
    }

    private void Signal(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
