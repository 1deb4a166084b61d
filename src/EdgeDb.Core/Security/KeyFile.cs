using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Security;

/// <summary>Files that only the user of the service may read.</summary>
internal static class KeyFile
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Puts a whole file in place of what was there: after a power cut it is the old or the new one.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        CreateFolder(Path.GetDirectoryName(path)!);
        var partial = path + ".partial";
        // One that a kill left may have another mode, which opening would keep.
        File.Delete(partial);
        var how = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            how.UnixCreateMode = Owner;
        using (var file = new FileStream(partial, how))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        DurableFile.Replace(partial, path);
    }

    private static void CreateFolder(string folder)
    {
        if (Directory.Exists(folder))
            return;
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, Owner | UnixFileMode.UserExecute);
        DurableFile.SyncFolder(folder);
    }
}
