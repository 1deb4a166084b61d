using System.Net;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

public sealed class FullDiskTests
{
    [Fact]
    public async Task A_full_disk_refuses_writes_and_lets_reads_go_on_until_there_is_room_again_and_nothing_is_lost()
    {
        await using var disk = await SmallDisk.MountAsync();
        var data = Path.Combine(disk.Path, "data");
        var kept = new List<string>();
        string calendar;
        await using (var service = await ServiceProcess.StartAsync(data))
        {
            calendar = await new Api(service).AddCalendarAsync("Family");
            kept.Add("Before");
            Assert.Equal((HttpStatusCode.Created, null, ""), await Emergency.WriteAsync(service, calendar, "Before"));

            disk.Fill();
            var refused = await Emergency.WriteUntilRefusedAsync(service, calendar, kept);
            // The very answer that tells of the first failure tells of the emergency.
            Assert.Equal((HttpStatusCode.InsufficientStorage, "emergency;reason=disk-full", "urn:edgedb:problem:disk-full"), refused);
            await Emergency.BeginsAsync(service, "disk-full");
            Assert.Equal("emergency;reason=disk-full", await Emergency.ReadAsync(service, calendar, kept));
            var metrics = await Emergency.MetricsAsync(service);
            Assert.Contains("""edgedb_emergency_active{reason="disk-full"} 1""", metrics, StringComparison.Ordinal);
            Assert.Contains("""edgedb_emergency_active{reason="memory"} 0""", metrics, StringComparison.Ordinal);

            disk.Free();
            await Emergency.EndsAsync(service);
            kept.Add("After");
            Assert.Equal((HttpStatusCode.Created, null, ""), await Emergency.WriteAsync(service, calendar, "After"));
            Assert.Null(await Emergency.ReadAsync(service, calendar, kept));
            Assert.Equal("ready", (await new Api(service).GetAsync("/health/ready")).Json.Text("status"));
            Assert.Single(service.Output.Split('\n'), static line => line.Contains("Emergency mode: DiskFull", StringComparison.Ordinal));
            Assert.Single(service.Output.Split('\n'), static line => line.Contains("Emergency mode ended", StringComparison.Ordinal));
            Assert.Equal(0, await service.StopAsync());
        }

        Assert.Equal(0, (await ServiceProcess.RunAsync(["check", "--data", data])).ExitCode);
        await using var again = await ServiceProcess.StartAsync(data);
        Assert.Null(await Emergency.ReadAsync(again, calendar, kept));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_service_that_starts_on_a_full_disk_gives_what_it_has_says_so_and_recovers_by_itself(bool afterKill)
    {
        await using var disk = await SmallDisk.MountAsync();
        var data = Path.Combine(disk.Path, "data");
        var kept = new List<string> { "Before" };
        string calendar;
        await using (var service = await ServiceProcess.StartAsync(data))
        {
            calendar = await new Api(service).AddCalendarAsync("Family");
            Assert.Equal((HttpStatusCode.Created, null, ""), await Emergency.WriteAsync(service, calendar, "Before"));
            if (afterKill)
                await service.KillAsync();
            else
                Assert.Equal(0, await service.StopAsync());
        }

        disk.Fill();
        // Twice: what the first start has used of the last room the second one needs again.
        for (var i = 0; i < 2; i++)
        {
            await using var service = await ServiceProcess.StartAsync(data);
            await Emergency.BeginsAsync(service, "disk-full");
            Assert.Equal("emergency;reason=disk-full", await Emergency.ReadAsync(service, calendar, kept));
            Assert.Equal(0, await service.StopAsync());
            disk.Fill();
        }

        await using var last = await ServiceProcess.StartAsync(data);
        await Emergency.BeginsAsync(last, "disk-full");
        disk.Free();
        await Emergency.EndsAsync(last);
        kept.Add("After");
        Assert.Equal((HttpStatusCode.Created, null, ""), await Emergency.WriteAsync(last, calendar, "After"));
        Assert.Null(await Emergency.ReadAsync(last, calendar, kept));
    }
}
