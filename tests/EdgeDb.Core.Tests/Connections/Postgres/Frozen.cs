using System.Diagnostics;
using System.Globalization;

namespace EdgeDb.Core.Tests.Connections.Postgres;

/// <summary>A process that is stopped (SIGSTOP) until this is disposed of: it keeps its sockets and answers nothing.</summary>
internal sealed class Frozen : IAsyncDisposable
{
    private readonly int _pid;

    private Frozen(int pid) => _pid = pid;

    public static Frozen Process(int pid)
    {
        Signal("-STOP", pid);
        return new Frozen(pid);
    }

    public ValueTask DisposeAsync()
    {
        Signal("-CONT", _pid);
        return ValueTask.CompletedTask;
    }

    private static void Signal(string signal, int pid)
    {
        using var kill = System.Diagnostics.Process.Start(new ProcessStartInfo("kill", [signal, pid.ToString(CultureInfo.InvariantCulture)]))!;
        kill.WaitForExit();
        if (kill.ExitCode != 0)
            throw new InvalidOperationException($"kill {signal} {pid} failed with {kill.ExitCode}.");
    }
}
