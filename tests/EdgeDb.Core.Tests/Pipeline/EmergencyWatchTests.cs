using System.Collections.Immutable;
using EdgeDb.Core.Connections;
using EdgeDb.Core.Pipeline;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeDb.Core.Tests.Pipeline;

/// <summary>What the watch makes of what it reads. The kernel's files are those of a double in a folder; the same failures caused for real are in the integration tests.</summary>
public sealed class EmergencyWatchTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly string _doubleOfKernel = Directory.CreateTempSubdirectory("edgedb-double-of-kernel").FullName;
    private readonly EmergencyMode _mode;
    private readonly EmergencyWatch _watch;

    public EmergencyWatchTests()
    {
        _mode = new(_time, NullLogger<EmergencyMode>.Instance);
        _watch = new(_mode, new MemoryProbe(_doubleOfKernel), new TemperatureProbe(_doubleOfKernel), new DiskProbe(_doubleOfKernel));
    }

    public void Dispose() => Directory.Delete(_doubleOfKernel, recursive: true);

    [Fact]
    public void A_kernel_that_says_nothing_is_no_emergency()
    {
        _watch.Look();
        Assert.False(_mode.IsOn);
    }

    [Fact]
    public void Memory_that_runs_out_begins_one_that_ends_when_there_is_enough_again()
    {
        Available(31);
        Assert.Equal([EmergencyReason.Memory], Reasons());

        Available(40);
        Wait();
        Assert.Equal([EmergencyReason.Memory], Reasons());

        Available(48);
        Assert.True(_mode.IsOn);
        Wait();
        Assert.False(_mode.IsOn);

        Available(40);
        Assert.False(_mode.IsOn);
    }

    [Fact]
    public void Pressure_begins_one_although_there_seems_to_be_memory()
    {
        Available(400);
        Write("proc/pressure/memory", "some avg10=63.10 avg60=1.00 avg300=0.10 total=1\n");
        Assert.Equal([EmergencyReason.Memory], Reasons());

        Write("proc/pressure/memory", "some avg10=12.00 avg60=1.00 avg300=0.10 total=1\n");
        Wait();
        Assert.True(_mode.IsOn);
        Write("proc/pressure/memory", "some avg10=3.00 avg60=1.00 avg300=0.10 total=1\n");
        _watch.Look();
        Wait();
        Assert.False(_mode.IsOn);
    }

    [Fact]
    public void A_hot_board_is_in_need_until_it_has_cooled_and_the_processor_of_a_PC_is_not_asked()
    {
        Zone(0, "x86_pkg_temp", 99_000);
        Zone(1, "cpu-thermal", 84_900);
        _watch.Look();
        Assert.False(_mode.IsOn);

        Zone(1, "cpu-thermal", 85_000);
        Assert.Equal([EmergencyReason.Temperature], Reasons());
        Zone(1, "cpu-thermal", 76_000);
        Wait();
        Assert.True(_mode.IsOn);
        Zone(1, "cpu-thermal", 74_000);
        _watch.Look();
        Wait();
        Assert.False(_mode.IsOn);
    }

    [Fact]
    public void A_disk_that_failed_is_tried_until_it_takes_writes_again()
    {
        var away = _doubleOfKernel + "-away";
        _mode.Tell(EmergencyReason.DiskFull, holds: true);
        _mode.Tell(EmergencyReason.DeviceFailing, holds: true);
        Directory.Move(_doubleOfKernel, away);
        Wait();
        Assert.Equal([EmergencyReason.DiskFull, EmergencyReason.DeviceFailing], Reasons());

        Directory.Move(away, _doubleOfKernel);
        _watch.Look();
        Assert.True(_mode.IsOn);
        Wait();
        Assert.False(_mode.IsOn);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_doubleOfKernel));
    }

    private ImmutableArray<EmergencyReason> Reasons()
    {
        _watch.Look();
        return _mode.Current!.Reasons;
    }

    private void Wait()
    {
        _watch.Look();
        _time.Advance(EmergencyMode.QuietTime);
        _watch.Look();
    }

    private void Available(int megabytes)
    {
        Write("proc/meminfo", $"MemTotal:         512000 kB\nMemAvailable:     {megabytes * 1024} kB\n");
        _watch.Look();
    }

    private void Zone(int number, string type, int millidegrees)
    {
        Write($"sys/class/thermal/thermal_zone{number}/type", type + "\n");
        Write($"sys/class/thermal/thermal_zone{number}/temp", millidegrees + "\n");
    }

    private void Write(string path, string text)
    {
        var file = Path.Combine(_doubleOfKernel, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
