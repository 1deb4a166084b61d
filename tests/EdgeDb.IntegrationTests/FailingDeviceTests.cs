using System.Diagnostics;
using System.Globalization;
using System.Net;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

public sealed class FailingDeviceTests
{
    [Fact]
    public async Task A_device_that_fails_to_sync_refuses_writes_and_lets_reads_go_on_until_it_works_again()
    {
        using var folder = new TemporaryFolder();
        await using var service = await ServiceProcess.StartAsync(folder.Path);
        var calendar = await new Api(service).AddCalendarAsync("Family");
        var kept = new List<string> { "Before" };
        Assert.Equal(HttpStatusCode.Created, (await Emergency.WriteAsync(service, calendar, "Before")).Status);

        // Every sync of the service fails from here on.
        using (var fault = Start(service))
        {
            var refused = await Emergency.WriteUntilRefusedAsync(service, calendar, kept);
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "emergency;reason=device-failing", "urn:edgedb:problem:device-failing"), refused);
            await Emergency.BeginsAsync(service, "device-failing");
            Assert.Equal("emergency;reason=device-failing", await Emergency.ReadAsync(service, calendar, kept));
            // It lets the service go when it is asked to end; killed, it would leave a thread stopped.
            await SmallDisk.RunAsync("kill", "-INT", fault.Id.ToString(CultureInfo.InvariantCulture));
            await fault.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await Emergency.EndsAsync(service);
        kept.Add("After");
        Assert.Equal((HttpStatusCode.Created, null, ""), await Emergency.WriteAsync(service, calendar, "After"));
        Assert.Null(await Emergency.ReadAsync(service, calendar, kept));
        // It may fail again: the family is told until somebody has seen it.
        var ready = (await new Api(service).GetAsync("/health/ready")).Json;
        Assert.Equal(("degraded", "device-failed"), (ready.Text("status"), ready.GetProperty("incidents")[0].Text("kind")));
    }

    private static Process Start(ServiceProcess service)
    {
        if (!File.Exists("/usr/bin/strace"))
            throw UpstreamsMissingException.Of("strace, which injects the error, is not installed.");
        return Process.Start(
            "/usr/bin/strace",
            ["-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO", "-p", service.Id.ToString(CultureInfo.InvariantCulture)]);
    }
}
