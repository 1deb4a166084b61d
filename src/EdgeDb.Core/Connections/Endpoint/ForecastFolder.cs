namespace EdgeDb.Core.Connections;

/// <summary>
/// Keeps what forecasts have learned across restarts: one small file an endpoint. Losing one costs some days of learning and nothing else, so nothing is synced and a
/// file that cannot be read is as good as none.
/// </summary>
/// <param name="path">The folder; made when it is missing.</param>
internal sealed class ForecastFolder(string path)
{
    private const int MaxBytes = 64 * 1024;

    /// <summary>What was saved for an endpoint; empty for nothing.</summary>
    public byte[] Read(string endpoint)
    {
        try
        {
            var file = new FileInfo(FileOf(endpoint));
            return file.Exists && file.Length <= MaxBytes ? File.ReadAllBytes(file.FullName) : [];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Saves a state; false when the folder does not take it.</summary>
    public bool TryWrite(string endpoint, byte[] state)
    {
        try
        {
            Directory.CreateDirectory(path);
            var file = FileOf(endpoint);
            // Written aside first: a power cut leaves the old state or the new one.
            File.WriteAllBytes(file + ".new", state);
            File.Move(file + ".new", file, overwrite: true);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private string FileOf(string endpoint) => Path.Combine(path, endpoint + ".load");
}
