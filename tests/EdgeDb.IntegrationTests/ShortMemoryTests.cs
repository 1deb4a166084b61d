using System.Globalization;
using System.Net;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

public sealed class ShortMemoryTests(ITestOutputHelper output)
{
    private const int LimitMegabytes = 160;

    // Below 32 it is short. The rest is for what the service gives back or takes meanwhile.
    private const int LeftMegabytes = 22;

    [Fact]
    public async Task Short_memory_halts_what_nobody_asked_for_and_gives_kept_answers_back_until_there_is_enough()
    {
        using var folder = new TemporaryFolder();
        await using var service = await ServiceProcess.StartAsync(folder.Path);
        if (!TryLimit(service.Id, out var group))
        {
            // The same is tested with a double of the kernel's files (EmergencyWatchTests).
            output.WriteLine("Not tested here: control groups of memory cannot be made on this machine.");
            return;
        }

        var memory = Directory.CreateDirectory(folder.File("memory")).FullName;
        try
        {
            var calendar = await new Api(service).AddCalendarAsync("Family");
            Assert.Equal(HttpStatusCode.Created, (await Emergency.WriteAsync(service, calendar, "Before")).Status);
            var budget = await BudgetAsync(service);

            // Files of a tmpfs are memory of the group whose process wrote them, and cannot be given back.
            Assert.Equal(0, await SmallDisk.RunAsync("mount", "-t", "tmpfs", "tmpfs", memory));
            Assert.Equal(0, await SmallDisk.RunAsync(
                "sh", "-c", $"echo $$ > {group}/cgroup.procs && head -c {AvailableMegabytes(group) - LeftMegabytes}M /dev/zero > {memory}/filler"));
            await Emergency.BeginsAsync(service, "memory");
            await BudgetIsAsync(service, budget / 4);
            // There is room on the disk: writes go on.
            Assert.Equal((HttpStatusCode.Created, "emergency;reason=memory", ""), await Emergency.WriteAsync(service, calendar, "Meanwhile"));
            Assert.Equal("emergency;reason=memory", await Emergency.ReadAsync(service, calendar, ["Before", "Meanwhile"]));

            File.Delete(Path.Combine(memory, "filler"));
            await Emergency.EndsAsync(service);
            await BudgetIsAsync(service, budget);
            Assert.Null(await Emergency.ReadAsync(service, calendar, ["Before", "Meanwhile"]));
        }
        finally
        {
            await SmallDisk.RunAsync("umount", "--lazy", memory);
            await service.KillAsync();
            await SmallDisk.RunAsync("rmdir", group);
        }
    }

    // The cache follows the emergency, in a moment of its own.
    private static Task<string> BudgetIsAsync(ServiceProcess service, long expected) =>
        Api.EventuallyAsync($"the budget is {expected}", async () => await BudgetAsync(service) == expected ? "so it is" : null);

    private static async Task<long> BudgetAsync(ServiceProcess service) =>
        (await new Api(service).GetAsync("/api/pipeline")).Json.GetProperty("cache").Number("budgetBytes");

    /// <summary>What the group may still take, and what of its files would be given back for that.</summary>
    private static long AvailableMegabytes(string group)
    {
        var isFirst = File.Exists(Path.Combine(group, "memory.usage_in_bytes"));
        var used = Number(File.ReadAllText(Path.Combine(group, isFirst ? "memory.usage_in_bytes" : "memory.current")));
        var given = isFirst ? "total_inactive_file " : "inactive_file ";
        used -= Number(File.ReadLines(Path.Combine(group, "memory.stat")).First(line => line.StartsWith(given, StringComparison.Ordinal))[given.Length..]);
        return LimitMegabytes - (used >> 20);

        static long Number(string text) => long.Parse(text.Trim(), CultureInfo.InvariantCulture);
    }

    /// <summary>Puts the process into a group of its own; what it has taken before counts for the group it comes from.</summary>
    private static bool TryLimit(int process, out string group)
    {
        var own = File.ReadAllLines("/proc/self/cgroup").Select(static line => line.Split(':', 3)).FirstOrDefault(static parts => parts[1] == "memory");
        // Version 1 lets groups be made below one that has processes, version 2 only below the topmost.
        var parent = own is null ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory" + own[2];
        group = Path.Combine(Directory.Exists(parent) ? parent : "/sys/fs/cgroup/memory", $"edgedb-test-{process}");
        try
        {
            Directory.CreateDirectory(group);
            File.WriteAllText(Path.Combine(group, own is null ? "memory.max" : "memory.limit_in_bytes"), $"{LimitMegabytes}M");
            File.WriteAllText(Path.Combine(group, "cgroup.procs"), process.ToString(CultureInfo.InvariantCulture));
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            if (Directory.Exists(group))
                Directory.Delete(group, recursive: false);
            return false;
        }
    }
}
