using System.Globalization;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Security;

/// <summary>Files that only the user of the service may read.</summary>
internal static class KeyFile
{
    private const string Partial = ".partial";
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Puts a whole file in place of what was there: after a power cut it is the old or the new one.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        CreateFolder(Path.GetDirectoryName(path)!);
        var partial = path + Partial;
        WriteNew(partial, content);
        DurableFile.Replace(partial, path);
    }

    /// <summary>Makes a whole file where there is none. False when there is one, which stays.</summary>
    public static bool TryAdd(string path, ReadOnlySpan<byte> content)
    {
        CreateFolder(Path.GetDirectoryName(path)!);
        var partial = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}{Partial}");
        WriteNew(partial, content);
        try
        {
            File.Move(partial, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(partial);
            return false;
        }

        DurableFile.SyncFolder(path);
        return true;
    }

    /// <summary>Makes a new file to write to, in place of one of that name.</summary>
    public static FileStream Create(string path)
    {
        // Opening one that is there would keep its mode, and may be open in somebody's hand; made with its mode, nobody can read it in between.
        File.Delete(path);
        var how = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            how.UnixCreateMode = Owner;
        return new FileStream(path, how);
    }

    private static void WriteNew(string path, ReadOnlySpan<byte> content)
    {
        using var file = Create(path);
        file.Write(content);
        file.Flush(flushToDisk: true);
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
