using NodaTime;

namespace EdgeDb.Options;

/// <summary>The time zone of the machine.</summary>
internal static class MachineZone
{
    /// <summary>Its IANA name: TZ, then /etc/timezone, then the /etc/localtime link; UTC when none says.</summary>
    public static string Name()
    {
        var candidates = new[]
        {
            () => Environment.GetEnvironmentVariable("TZ")?.TrimStart(':'),
            () => File.Exists("/etc/timezone") ? File.ReadAllText("/etc/timezone").Trim() : null,
            () => new FileInfo("/etc/localtime").LinkTarget is { } link && link.IndexOf("zoneinfo/", StringComparison.Ordinal) is >= 0 and var at
                ? link[(at + "zoneinfo/".Length)..]
                : null,
        };
        foreach (var candidate in candidates)
        {
            try
            {
                if (candidate() is { Length: > 0 } name && DateTimeZoneProviders.Tzdb.GetZoneOrNull(name) is { } zone)
                    return zone.Id is "Etc/UTC" or "Etc/UCT" ? "UTC" : zone.Id;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // The next source may be readable.
            }
        }

        return "UTC";
    }
}
