using EdgeDb.Core.Connections;
using Xunit;

namespace EdgeDb.Core.Tests.Connections.Limits;

public sealed class MemoryCeilingTests : IDisposable
{
    private const string Group = "sys/fs/cgroup/system.slice/edgedb.service/";
    private const long MiB = 1 << 20;

    private readonly KernelFiles _files = new();
    private readonly ManualTimeProvider _time = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void A_group_of_version_2_gives_its_limit_without_what_is_in_use_and_cannot_be_given_back()
    {
        WriteVersion2(max: $"{100 * MiB}", high: "max", current: 60 * MiB, inactiveFile: 20 * MiB);
        Assert.Equal(new MemoryState(100 * MiB, 60 * MiB, 0.5), Read());
    }

    [Fact]
    public void High_counts_before_max_because_it_throttles_first()
    {
        WriteVersion2(max: $"{100 * MiB}", high: $"{80 * MiB}", current: 60 * MiB, inactiveFile: 0);
        Assert.Equal((80 * MiB, 20 * MiB), (Read().LimitBytes, Read().AvailableBytes));
    }

    [Fact]
    public void The_limit_of_a_group_above_counts_too()
    {
        WriteVersion2(max: "max", high: "max", current: 10 * MiB, inactiveFile: 0);
        _files.Write("sys/fs/cgroup/system.slice/memory.max", $"{50 * MiB}\n").Write("sys/fs/cgroup/system.slice/memory.current", $"{45 * MiB}\n");
        Assert.Equal((50 * MiB, 5 * MiB), (Read().LimitBytes, Read().AvailableBytes));
    }

    [Fact]
    public void A_container_whose_group_has_the_name_it_has_on_the_host_reads_the_mounted_one()
    {
        _files.WriteMachine(2_000_000, 1_000_000).Write("proc/self/cgroup", "0::/docker/3f2a\n")
            .Write("sys/fs/cgroup/memory.max", $"{64 * MiB}\n").Write("sys/fs/cgroup/memory.current", $"{16 * MiB}\n");
        Assert.Equal((64 * MiB, 48 * MiB), (Read().LimitBytes, Read().AvailableBytes));
    }

    [Fact]
    public void A_group_of_version_1_is_read_where_the_memory_controller_is()
    {
        _files.WriteMachine(24_684_100, 23_978_868)
            .Write("proc/self/cgroup", "9:name=systemd:/\n8:pids:/\n4:memory:/system.slice/edgedb.service\n1:cpu,cpuacct:/\n0::/\n")
            .Write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n")
            .Write("sys/fs/cgroup/memory/memory.usage_in_bytes", "2263900160\n")
            .Write("sys/fs/cgroup/memory/system.slice/edgedb.service/memory.limit_in_bytes", $"{128 * MiB}\n")
            .Write("sys/fs/cgroup/memory/system.slice/edgedb.service/memory.usage_in_bytes", $"{100 * MiB}\n")
            .Write("sys/fs/cgroup/memory/system.slice/edgedb.service/memory.stat", $"cache 1\ninactive_file 1\ntotal_cache 1\ntotal_inactive_file {30 * MiB}\n");
        Assert.Equal(new MemoryState(128 * MiB, 58 * MiB, null), Read());
    }

    [Fact]
    public void Without_a_limit_the_machine_counts()
    {
        WriteVersion2(max: "max", high: "max", current: 60 * MiB, inactiveFile: 0);
        Assert.Equal((437_000 * 1024L, 180_000 * 1024L), (Read().LimitBytes, Read().AvailableBytes));
    }

    [Fact]
    public void A_full_machine_counts_more_than_an_empty_group()
    {
        WriteVersion2(max: $"{400 * MiB}", high: "max", current: 10 * MiB, inactiveFile: 0);
        _files.WriteMachine(437_000, 30_000);
        Assert.Equal(30_000 * 1024L, Read().AvailableBytes);
    }

    [Fact]
    public void Pressure_without_groups_is_that_of_the_machine()
    {
        _files.WriteMachine(437_000, 180_000).WritePressure("proc/pressure/memory", 12.34);
        Assert.Equal(12.34, Read().PressurePercent);
    }

    [Fact]
    public void A_kernel_that_says_nothing_gives_no_opinion()
    {
        Assert.Equal(new MemoryState(null, null, null), Read());
        Assert.Null(Ceiling(MiB).Look(open: 7));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("some avg10=\n")]
    [InlineData("99999999999999999999999\n")]
    [InlineData("MemTotal:\nMemAvailable: x kB\n")]
    public void Strange_content_gives_no_opinion(string content)
    {
        foreach (var path in (string[])["proc/meminfo", "proc/pressure/memory", Group + "memory.max", Group + "memory.current", Group + "memory.pressure"])
            _files.Write(path, content);
        _files.Write("proc/self/cgroup", "0::/system.slice/edgedb.service\n::\nx\n");
        Assert.Equal(new MemoryState(null, null, null), Read());
    }

    [Fact]
    public void This_machine_can_be_read()
    {
        var state = new MemoryProbe("/").Read();
        Assert.True(state.AvailableBytes > 0);
        Assert.True(state.LimitBytes >= state.AvailableBytes);
    }

    [Fact]
    public void What_is_free_beyond_the_reserve_is_divided_by_the_cost_of_a_connection()
    {
        WriteVersion2(max: $"{100 * MiB}", high: "max", current: 60 * MiB, inactiveFile: 0);
        Assert.Equal(5 + 15, Ceiling(connectionBytes: 2 * MiB, reservedBytes: 10 * MiB).Look(open: 5));
    }

    [Fact]
    public void When_memory_is_gone_open_connections_must_go_but_one_stays()
    {
        WriteVersion2(max: $"{100 * MiB}", high: "max", current: 99 * MiB, inactiveFile: 0);
        Assert.Equal(10 - 4, Ceiling(connectionBytes: MiB, reservedBytes: 5 * MiB).Look(open: 10));
        Assert.Equal(1, Ceiling(connectionBytes: MiB, reservedBytes: 50 * MiB).Look(open: 10));
    }

    [Fact]
    public void Pressure_halves_the_ceiling_once_in_a_step_and_gives_it_back_when_it_is_gone()
    {
        WriteVersion2(max: $"{100 * MiB}", high: "max", current: 20 * MiB, inactiveFile: 0);
        var ceiling = Ceiling(MiB);
        Assert.Equal(20 + 80, ceiling.Look(open: 20));

        _files.WritePressure(Group + "memory.pressure", 15);
        Assert.Equal(10, ceiling.Look(open: 20));
        Assert.Equal(10, ceiling.Look(open: 20));
        _time.Advance(MemoryCeiling.StepEvery);
        Assert.Equal(5, ceiling.Look(open: 10));

        // Between the thresholds nothing moves.
        _files.WritePressure(Group + "memory.pressure", 5);
        _time.Advance(MemoryCeiling.StepEvery);
        Assert.Equal(5, ceiling.Look(open: 5));

        _files.WritePressure(Group + "memory.pressure", 0);
        var steps = new List<int?>();
        for (var i = 0; i < 6; i++)
        {
            _time.Advance(MemoryCeiling.StepEvery);
            steps.Add(ceiling.Look(open: 5));
        }

        Assert.Equal([6, 7, 8, 10, 12, 85], steps);
    }

    private MemoryState Read() => new MemoryProbe(_files.Root).Read();

    private Alone Ceiling(long connectionBytes, long reservedBytes = 0) => new(new MemoryCeiling(connectionBytes, _time), new MemoryProbe(_files.Root), reservedBytes);

    /// <summary>The ceiling of an endpoint that shares memory with nobody.</summary>
    private sealed class Alone(MemoryCeiling ceiling, MemoryProbe probe, long reservedBytes)
    {
        public int? Look(int open)
        {
            var state = probe.Read();
            return ceiling.Look(state.AvailableBytes - reservedBytes, state.PressurePercent, open);
        }
    }

    private void WriteVersion2(string max, string high, long current, long inactiveFile) => _files
        .WriteMachine(437_000, 180_000)
        .Write("proc/self/cgroup", "0::/system.slice/edgedb.service\n")
        .Write(Group + "memory.max", max + "\n")
        .Write(Group + "memory.high", high + "\n")
        .Write(Group + "memory.current", $"{current}\n")
        .Write(Group + "memory.stat", $"anon 30932992\nfile 24313856\nkernel 3162112\ninactive_anon 4096\nactive_anon 30900224\ninactive_file {inactiveFile}\nactive_file 8192\n")
        .WritePressure(Group + "memory.pressure", 0.5);
}
