using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using EdgeDb.Core.Storage;
using Xunit;

namespace EdgeDb.Core.Tests.Storage;

/// <summary>
/// Processes that are killed, disks that are full and devices that fail. A kill keeps the kernel's page cache, so these show that
/// nothing acknowledged is lost with the process; that a sync reaches the card is the kernel's promise and the card's.
/// </summary>
public sealed class DurabilityTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Twenty_kills_at_random_moments_lose_no_acknowledged_row()
    {
        await using var folder = new TemporaryDatabase();
        var random = new Random(20);
        var acknowledged = new HashSet<long>();
        for (var round = 0; round < 20; round++)
        {
            using var child = ChildProcess.Start(StorageChild.WriteForever, folder.File);
            for (var left = random.Next(1, 400); left > 0; left--)
                acknowledged.Add(long.Parse((await child.ReadLineAsync())!, CultureInfo.InvariantCulture));
            foreach (var line in await child.KillAsync())
                acknowledged.Add(long.Parse(line, CultureInfo.InvariantCulture));

            // As the kill left it, before anybody recovers it.
            Assert.Equal(0, DatabaseCheck.Run(folder.File, [TemporaryDatabase.Rows], [], None).ExitCode);
            await using var database = await folder.OpenAsync();
            Assert.Empty(database.Incidents);
            var present = await database.ReadAsync(0, static (session, _) => Ids(session), None);
            Assert.True(acknowledged.IsSubsetOf(present), $"round {round}: {acknowledged.Except(present).Count()} of {acknowledged.Count} acknowledged rows are gone");
            await database.DisposeAsync();
        }

        Assert.True(acknowledged.Count > 1000);
    }

    [Fact]
    public async Task A_second_process_is_refused_with_the_first_ones_id()
    {
        await using var folder = new TemporaryDatabase();
        using var first = ChildProcess.Start(StorageChild.Hold, folder.File);
        Assert.Equal("ready", await first.ReadLineAsync());

        var failure = await Assert.ThrowsAsync<StorageException>(() => folder.OpenAsync());
        Assert.Equal(StorageFailure.InUse, failure.Failure);
        Assert.Contains($"process {first.Id}", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, DatabaseCheck.Run(folder.File, [TemporaryDatabase.Rows], [], None).ExitCode);

        Assert.Equal(0, await first.EndAsync());
        await using var database = await folder.OpenAsync();
        Assert.Empty(database.Incidents);
    }

    [Fact]
    public async Task A_full_disk_fails_writes_with_a_clear_error_and_loses_none_that_was_acknowledged()
    {
        await using var folder = new TemporaryDatabase();
        await using var disk = await SmallDisk.TryMountAsync(folder.Folder, "2m");
        if (disk is null)
            Missing("mounting a small tmpfs needs root on Linux");

        var options = folder.Options with { Path = Path.Combine(disk.Folder, "edge.db") };
        var kept = new List<long>();
        await using (var database = await folder.OpenAsync(options))
        {
            var failed = 0;
            for (var group = 0; group < 200; group++)
            {
                using var busy = new BusyWriter(database);
                var writes = Enumerable.Range(0, 5).Select(i => database.WriteAsync($"{group}-{i} {new string('x', 3000)}", SqliteDatabaseTests.Insert, None)).ToArray();
                busy.Release();
                await SqliteWriterTests.Settle(writes);
                foreach (var write in writes)
                {
                    if (write.IsCompletedSuccessfully)
                    {
                        kept.Add(await write);
                        continue;
                    }

                    failed++;
                    var failure = await Assert.ThrowsAsync<StorageException>(() => write);
                    Assert.Contains(failure.Failure, new[] { StorageFailure.DiskFull, StorageFailure.InputOutput });
                }
            }

            Assert.InRange(kept.Count, 50, 999);
            Assert.InRange(failed, 1, 950);
            var present = await database.ReadAsync(0, static (session, _) => Ids(session), None);
            Assert.Equal(kept.Order(), present.Order());
        }

        await using var reopened = await folder.OpenAsync(options);
        Assert.Equal(kept.Order(), (await reopened.ReadAsync(0, static (session, _) => Ids(session), None)).Order());
        Assert.Equal(0, DatabaseCheck.Run(options.Path, [TemporaryDatabase.Rows], [], None).ExitCode);
    }

    [Fact]
    public async Task A_sync_that_fails_fails_its_writes_and_keeps_those_before_and_after()
    {
        await using var folder = new TemporaryDatabase();
        if (!File.Exists("/usr/bin/strace"))
            Missing("strace, which injects the error, is not installed");

        // The writer's thread syncs the file, its folder and the log; the numbers hit commits and checkpoints of the thirty.
        using var child = ChildProcess.Start(
            StorageChild.WriteThirty, folder.File, "/usr/bin/strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync",
            "-e", "inject=fsync,fdatasync:error=EIO:when=5..40+7");
        var lines = await child.ReadToEndAsync();
        Assert.Equal(30, lines.Length);
        Assert.Contains("failed InputOutput", lines);
        var acknowledged = lines.Where(line => line.StartsWith("acknowledged", StringComparison.Ordinal)).Select(line => long.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture)).ToArray();
        Assert.InRange(acknowledged.Length, 10, 29);

        Assert.Equal(0, DatabaseCheck.Run(folder.File, [TemporaryDatabase.Rows], [], None).ExitCode);
        await using var database = await folder.OpenAsync();
        Assert.Equal(acknowledged, await database.ReadAsync(0, static (session, _) => Ids(session), None));
        Assert.Equal(StorageIncidentKind.DeviceFailed, Assert.Single(database.Incidents).Kind);
    }

    [DoesNotReturn]
    private static void Missing(string what)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(what);
        Assert.Skip(what);
    }

    private static List<long> Ids(SqliteSession session)
    {
        var ids = new List<long>();
        var rows = session.Prepare("SELECT id FROM row ORDER BY id");
        while (rows.Step())
            ids.Add(rows.Int64(0));
        return ids;
    }

    /// <summary>A tmpfs of a given size; null where it cannot be mounted.</summary>
    private sealed class SmallDisk : IAsyncDisposable
    {
        private SmallDisk(string folder) => Folder = folder;

        public string Folder { get; }

        public static async Task<SmallDisk?> TryMountAsync(string parent, string size)
        {
            var folder = Directory.CreateDirectory(Path.Combine(parent, "disk")).FullName;
            return OperatingSystem.IsLinux() && await RunAsync("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", folder) == 0
                ? new SmallDisk(folder)
                : null;
        }

        public async ValueTask DisposeAsync() => await RunAsync("umount", "--lazy", Folder);

        private static async Task<int> RunAsync(string command, params string[] arguments)
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
            await process.WaitForExitAsync(None);
            return process.ExitCode;
        }
    }
}
