using System.Diagnostics;

namespace EdgeDb.Tests;

/// <summary>A file system of 24 MB of its own: ext4 on a loop device, a tmpfs where there are none of these.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private const int SizeMegabytes = 24;

    private readonly TemporaryFolder _folder = new();

    private SmallDisk() => Directory.CreateDirectory(Path);

    /// <summary>Where it is mounted.</summary>
    public string Path => _folder.File("disk");

    private string Filler => System.IO.Path.Combine(Path, "filler");

    public static async Task<SmallDisk> MountAsync()
    {
        var disk = new SmallDisk();
        var image = disk._folder.File("image");
        await using (var file = File.Create(image))
            file.SetLength(SizeMegabytes << 20);
        // Without blocks that are kept for root, who may run the tests.
        if ((await RunAsync("mkfs.ext4", "-q", "-m", "0", image) == 0 && await RunAsync("mount", "-o", "loop", image, disk.Path) == 0)
            || await RunAsync("mount", "-t", "tmpfs", "-o", $"size={SizeMegabytes}m", "tmpfs", disk.Path) == 0)
            return disk;
        disk._folder.Dispose();
        throw UpstreamsMissingException.Of("Mounting a small file system needs root on Linux.");
    }

    /// <summary>Runs a program; its exit code, -1 where it does not exist.</summary>
    public static async Task<int> RunAsync(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;
        }
    }

    /// <summary>Leaves no byte free.</summary>
    public void Fill()
    {
        using var file = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (var block = new byte[1 << 20]; block.Length > 0;)
        {
            try
            {
                file.Write(block);
                file.Flush(flushToDisk: true);
            }
            catch (IOException)
            {
                block = block[..(block.Length / 2)];
            }
        }
    }

    public void Free() => File.Delete(Filler);

    public async ValueTask DisposeAsync()
    {
        await RunAsync("umount", "--lazy", Path);
        _folder.Dispose();
    }
}
