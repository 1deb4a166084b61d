namespace EdgeDb.Hosting;

/// <summary>
/// Where the service of a data folder answers programs of the same machine: the file <c>service.address</c> in it. Its port may be any, and commands have to find it.
/// </summary>
internal static class ServiceAddress
{
    private const string FileName = "service.address";

    /// <summary>Null when none is written, or something else.</summary>
    public static Uri? Read(string dataFolder)
    {
        try
        {
            return Uri.TryCreate(File.ReadAllText(Path.Combine(dataFolder, FileName)).Trim(), UriKind.Absolute, out var address) && address.Scheme == "http" ? address : null;
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Called by the process that holds the folder, once it listens.</summary>
    public static void Write(string dataFolder, Uri address) => Try(() => File.WriteAllText(Path.Combine(dataFolder, FileName), address + "\n"));

    /// <summary>Called by the process that holds the folder before it listens, and when it ends. A file that a killed process left is only old.</summary>
    public static void Clear(string dataFolder) => Try(() => File.Delete(Path.Combine(dataFolder, FileName)));

    // On a card that is full the calendar is still served; commands then say that they do not find the service.
    private static void Try(Action change)
    {
        try
        {
            change();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Nothing else depends on it.
        }
    }
}
