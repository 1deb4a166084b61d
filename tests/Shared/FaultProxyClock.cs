using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace EdgeDb.Tests;

/// <summary>
/// Waits until a time exact to some 50 µs, on one thread for the whole process. <c>Task.Delay</c> counts whole milliseconds
/// and rounds up, which makes a link of 2.5 ms one of 3 to 4 ms; spinning would take the processor from what is measured.
/// </summary>
internal sealed class FaultProxyClock
{
    private const int ClockMonotonic = 1;
    private const int CloseOnExec = 0x80000;
    private const int AbsoluteTime = 1;

    private readonly PriorityQueue<TaskCompletionSource, long> _waiting = new();
    private readonly int _timer;

    private FaultProxyClock()
    {
        // The clock of Stopwatch, so that both mean the same by a time. Never closed: it serves until the process ends.
        _timer = TimerCreate(ClockMonotonic, CloseOnExec);
        if (_timer < 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "No timer for the fault proxy; it needs Linux");
        new Thread(Run) { IsBackground = true, Name = "fault proxy clock" }.Start();
    }

    public static FaultProxyClock Shared { get; } = new();

    /// <summary>Completes at a timestamp of <see cref="Stopwatch"/>.</summary>
    public Task WaitUntilAsync(long timestamp)
    {
        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_waiting)
        {
            _waiting.Enqueue(waiter, timestamp);
            if (_waiting.Peek() == waiter)
                Arm(timestamp);
        }
        return waiter.Task;
    }

    private void Run()
    {
        while (true)
        {
            // Returns when the armed time has come; one that has passed already counts as come.
            _ = Read(_timer, out _, sizeof(ulong));
            lock (_waiting)
            {
                var now = Stopwatch.GetTimestamp();
                while (_waiting.TryPeek(out _, out var due) && due <= now)
                    _waiting.Dequeue().SetResult();
                if (_waiting.TryPeek(out _, out var next))
                    Arm(next);
            }
        }
    }

    private void Arm(long timestamp)
    {
        var (seconds, rest) = Math.DivRem(Math.Max(timestamp, 1), Stopwatch.Frequency);
        var setting = new TimerSetting { ValueSeconds = seconds, ValueNanoseconds = rest * (1_000_000_000 / Stopwatch.Frequency) };
        if (TimerSet(_timer, AbsoluteTime, setting, 0) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

#pragma warning disable SYSLIB1054 // Source generation needs unsafe code, which the projects that share this file do not allow.
    [DllImport("libc", EntryPoint = "timerfd_create", SetLastError = true)]
    private static extern int TimerCreate(int clock, int flags);

    [DllImport("libc", EntryPoint = "timerfd_settime", SetLastError = true)]
    private static extern int TimerSet(int timer, int flags, in TimerSetting setting, nint old);

    [DllImport("libc", EntryPoint = "read", SetLastError = true)]
    private static extern nint Read(int timer, out ulong expirations, nint length);
#pragma warning restore SYSLIB1054

    [StructLayout(LayoutKind.Sequential)]
    private struct TimerSetting
    {
        public long IntervalSeconds;
        public long IntervalNanoseconds;
        public long ValueSeconds;
        public long ValueNanoseconds;
    }
}
