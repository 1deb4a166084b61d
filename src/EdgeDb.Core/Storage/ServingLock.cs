using System.Globalization;
using System.Text;

namespace EdgeDb.Core.Storage;

/// <summary>How the process that served a file before left it.</summary>
internal enum ServingState
{
    /// <summary>No process of EdgeDb has served this path.</summary>
    Never,

    /// <summary>The process ended without closing the file: killed, crashed or without power.</summary>
    Open,

    /// <summary>The write-ahead log was emptied and the file is being closed; nothing is missing from it.</summary>
    Closing,

    /// <summary>SQLite reported damage while the file was served.</summary>
    Suspect,
}

/// <summary>
/// The file <c>NAME.lock</c> beside a database. An exclusive flock on it keeps a second process from serving the same file;
/// the kernel drops it with the process, however that ends. Its text says how the file was left. It is a file of its own because
/// closing any descriptor of the database itself would drop SQLite's POSIX locks on it.
/// </summary>
internal sealed class ServingLock : IDisposable
{
    private const string Prefix = "EdgeDb";
    private readonly FileStream _file;

    private ServingLock(FileStream file, ServingState previous)
    {
        _file = file;
        Previous = previous;
    }

    /// <summary>What the previous process wrote last.</summary>
    public ServingState Previous { get; }

    /// <summary>Throws <see cref="StorageException"/> naming the process that holds the lock.</summary>
    public static ServingLock Acquire(string databasePath)
    {
        var path = databasePath + ".lock";
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException busy) when (File.Exists(path))
        {
            throw new StorageException(
                StorageFailure.InUse,
                $"{databasePath} is served by another process ({Holder(path)}). Stop it, or give this one a data directory of its own.", busy);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(
                StorageFailure.ReadOnly, $"{path} cannot be created: {failure.Message}. The service's user needs write access to the folder.", failure);
        }

        return new ServingLock(file, Parse(ReadAll(file)));
    }

    /// <summary>
    /// Keeps a file that nobody serves from being served until <paramref name="hold"/> is disposed. False when a process serves it.
    /// Creates no lock file: one that was never served needs none.
    /// </summary>
    public static bool TryHold(string databasePath, out IDisposable? hold)
    {
        hold = null;
        try
        {
            hold = new FileStream(databasePath + ".lock", FileMode.Open, FileAccess.Read, FileShare.None, bufferSize: 0);
            return true;
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Records, durably, how a process that dies now leaves the file.</summary>
    public void Record(ServingState state)
    {
        // One write of fixed length below a sector, so that a power cut leaves the old or the new text.
        var text = string.Create(CultureInfo.InvariantCulture, $"{Prefix} {state,-8} pid {Environment.ProcessId,-10}\n");
        _file.Position = 0;
        _file.Write(Encoding.ASCII.GetBytes(text));
        _file.Flush(flushToDisk: true);
    }

    public void Dispose() => _file.Dispose();

    private static ServingState Parse(string text)
    {
        if (text.Length == 0)
            return ServingState.Never;
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        // An unreadable text is taken for an unclean end, which costs one check.
        return words is [Prefix, var state, ..] && Enum.TryParse<ServingState>(state, out var parsed) ? parsed : ServingState.Open;
    }

    private static string Holder(string path)
    {
        using var handle = DurableFile.OpenUnlocked(path);
        if (handle is null)
            return "process not known";
        using var file = new FileStream(handle, FileAccess.Read, bufferSize: 0);
        var words = ReadAll(file).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return words is [.., "pid", var pid] ? $"process {pid}" : "process not known";
    }

    private static string ReadAll(FileStream file)
    {
        Span<byte> bytes = stackalloc byte[128];
        var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return Encoding.ASCII.GetString(bytes[..read]);
    }
}
