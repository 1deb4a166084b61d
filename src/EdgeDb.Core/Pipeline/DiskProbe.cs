namespace EdgeDb.Core.Pipeline;

/// <summary>Whether the disk takes writes again, found out by trying: free space alone says nothing of quotas, of a device that fails, or of one that the kernel has made read-only.</summary>
/// <param name="folder">Where the database lies.</param>
internal sealed class DiskProbe(string folder)
{
    /// <summary>Less than this is left to what people write.</summary>
    public const long LeastFreeBytes = 1 << 20;

    /// <summary>As much must be free again that the next writes do not fill it at once.</summary>
    public const long EnoughFreeBytes = 2 << 20;

    private const int TriedBytes = 64 << 10;

    private readonly string _path = Path.Combine(folder, "write-test.tmp");

    /// <summary>Whether so little is free that it is full for all but small writes. False where that cannot be found out.</summary>
    public bool IsNearlyFull
    {
        get
        {
            try
            {
                return new DriveInfo(folder).AvailableFreeSpace < LeastFreeBytes;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    /// <summary>Writes and syncs a small file, and removes it.</summary>
    public bool TakesWrites()
    {
        try
        {
            if (new DriveInfo(folder).AvailableFreeSpace < EnoughFreeBytes)
                return false;
            using var file = new FileStream(_path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            file.Write(new byte[TriedBytes]);
            file.Flush(flushToDisk: true);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
