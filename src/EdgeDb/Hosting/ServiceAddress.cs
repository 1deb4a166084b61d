using System.Text;
using EdgeDb.Core.Security;

namespace EdgeDb.Hosting;

/// <summary>
/// Where the service of a data folder answers programs of the same machine: the file <c>service.address</c> in it, with the <see cref="ConsoleCredential"/> in its second line. Its port
/// may be any, and commands have to find it. Only who may read the folder's files may read it.
/// </summary>
internal static class ServiceAddress
{
    private const string FileName = "service.address";

    /// <summary>Null when none is written, or something else.</summary>
    public static Uri? Read(string dataFolder)
    {
        try
        {
            return Lines(dataFolder) is [var line, ..] && Uri.TryCreate(line, UriKind.Absolute, out var address) && address.Scheme == "http" ? address : null;
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>What shows the service that its caller may read its folder; null when none is written.</summary>
    public static string? ReadCredential(string dataFolder)
    {
        try
        {
            return Lines(dataFolder) is [_, { Length: > 0 } credential, ..] ? credential : null;
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Called by the process that holds the folder, once it listens.</summary>
    public static void Write(string dataFolder, Uri address, string credential) => Try(() =>
    {
        using var file = new StreamWriter(KeyFile.Create(Path.Combine(dataFolder, FileName)), Encoding.ASCII);
        file.Write($"{address}\n{credential}\n");
    });

    /// <summary>Called by the process that holds the folder before it listens, and when it ends. A file that a killed process left is only old.</summary>
    public static void Clear(string dataFolder) => Try(() => File.Delete(Path.Combine(dataFolder, FileName)));

    private static string[] Lines(string dataFolder) => File.ReadAllText(Path.Combine(dataFolder, FileName)).Split('\n', StringSplitOptions.TrimEntries);

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
