using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeDb.Core.Storage;

/// <summary>File steps that survive a power cut. A rename is durable only after its folder was synced.</summary>
internal static partial class DurableFile
{
    private const int ReadOnlyCloseOnExec = 0x80000;

    /// <summary>Syncs a file's content.</summary>
    public static void Sync(string path)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Renames a synced file, replacing one of the target's name, and syncs the folder.</summary>
    public static void Replace(string from, string to)
    {
        File.Move(from, to, overwrite: true);
        SyncFolder(to);
    }

    /// <summary>Copies a file under a temporary name, syncs it and renames it, so that the target is complete or absent.</summary>
    public static void Copy(string from, string to)
    {
        var partial = to + ".partial";
        File.Copy(from, partial, overwrite: true);
        Sync(partial);
        Replace(partial, to);
    }

    /// <summary>Syncs the folder that holds <paramref name="path"/>.</summary>
    public static void SyncFolder(string path)
    {
        // .NET opens no folders. On Windows, a developer's machine, NTFS journals the rename.
        if (OperatingSystem.IsWindows())
            return;

        var folder = Path.GetDirectoryName(path)!;
        var descriptor = Open(folder, ReadOnlyCloseOnExec);
        if (descriptor < 0)
            throw new IOException($"The folder {folder} cannot be opened for a sync: {Marshal.GetLastPInvokeErrorMessage()}.");
        var rc = FSync(descriptor);
        var error = Marshal.GetLastPInvokeErrorMessage();
        _ = Close(descriptor);
        if (rc != 0)
            throw new IOException($"The folder {folder} cannot be synced: {error}.");
    }

    /// <summary>Opens a file for reading without the shared flock that .NET takes, which fails while another process holds an exclusive one. Null when it cannot be opened.</summary>
    public static SafeFileHandle? OpenUnlocked(string path)
    {
        var descriptor = OperatingSystem.IsWindows() ? -1 : Open(path, ReadOnlyCloseOnExec);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
