using System.Globalization;

namespace EdgeDb.Core.Storage;

/// <summary>A finished copy: <c>STEM-000007-20260301T030000Z-v2.backup</c>.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Sequence">Counts up. Orders the copies, because the clock of a board without a battery does not.</param>
/// <param name="TakenAt">The clock when it was taken.</param>
/// <param name="SchemaVersion">The schema it holds.</param>
/// <param name="SizeBytes">Its size.</param>
public sealed record BackupFile(string Path, int Sequence, DateTimeOffset TakenAt, int SchemaVersion, long SizeBytes)
{
    /// <summary>Of its name.</summary>
    public const string Extension = ".backup";

    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    internal static string NameOf(string stem, int sequence, DateTimeOffset takenAt, int schemaVersion) => string.Create(
        CultureInfo.InvariantCulture, $"{stem}-{sequence:D6}-{takenAt.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}-v{schemaVersion}{Extension}");

    /// <summary>Null when the name is not one of <see cref="NameOf"/>.</summary>
    internal static BackupFile? Parse(FileInfo file, string stem)
    {
        if (!file.Name.StartsWith(stem + "-", StringComparison.Ordinal) || file.Extension != Extension)
            return null;

        return file.Name[(stem.Length + 1)..^Extension.Length].Split('-') is [var sequence, var time, ['v', .. var version]]
            && int.TryParse(sequence, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var schema)
            && DateTimeOffset.TryParseExact(
                time, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var takenAt)
            ? new BackupFile(file.FullName, number, takenAt, schema, file.Length)
            : null;
    }
}
