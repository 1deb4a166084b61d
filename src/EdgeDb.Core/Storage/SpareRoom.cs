
namespace EdgeDb.Core.Storage;

/// <summary>
/// The file <c>NAME.spare</c> beside a database that nobody serves. It keeps the place of the write-ahead log and its index, which an orderly end removes: on a disk
/// that has filled up meanwhile SQLite could not make them anew, and without them nothing can be read. While a database is served, or after a kill, they are there
/// themselves.
/// <para>Leaving log and index where they are (SQLITE_FCNTL_PERSIST_WAL) was no way: the log is emptied all the same, so there would be room to read and none for what a
/// start has to write.</para>
/// </summary>
internal static class SpareRoom
{
    /// <summary>The index has 32 KiB; the rest is for the small writes of a start.</summary>
    private const int SizeBytes = 256 << 10;

    private const int StepBytes = 16 << 10;

    /// <summary>Frees the room, for the log.</summary>
    public static void Give(string databasePath)
    {
        try
        {
            File.Delete(PathOf(databasePath));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It was to help; opening tells what is wrong.
        }
    }

    /// <summary>Takes the room that the log has just left, as much of it as there is.</summary>
    public static void Keep(string databasePath)
    {
        try
        {
            using var file = new FileStream(PathOf(databasePath), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            // Random: some file systems compress.
            var step = new byte[StepBytes];
            Random.Shared.NextBytes(step);
            for (var written = 0; written < SizeBytes; written += StepBytes)
                file.Write(step);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // What was written before the disk was full stays.
        }
    }

    private static string PathOf(string databasePath) => databasePath + ".spare";
}
