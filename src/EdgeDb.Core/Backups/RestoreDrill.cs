using System.Diagnostics;
using System.Globalization;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Backups;

/// <summary>How a drill ended.</summary>
/// <param name="At">When.</param>
/// <param name="Failure">Null when the backup was restored, said what it said when it was taken, and passed every check.</param>
internal sealed record DrillResult(DateTimeOffset At, string? Failure);

/// <summary>
/// Restores the newest backup into a folder of its own beside the database, compares and checks it, and deletes it again: only a backup that was restored is one. Needs as much room as the database.
/// </summary>
internal sealed class RestoreDrill(BackupFolder backups, string dataFolder, IReadOnlyList<Migration> migrations, IReadOnlyList<OrphanQuery> orphans, TimeProvider time)
{
    private const string Prefix = "drill-";

    /// <summary>Null when there is no backup. A drill that fails is a result; only cancelling throws.</summary>
    /// <param name="report">Told what was done, for people.</param>
    /// <param name="ct">Cancels.</param>
    public DrillResult? Run(Action<string> report, CancellationToken ct)
    {
        if (backups.List() is not [var newest, ..])
            return null;

        var scratch = Path.Combine(dataFolder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}"));
        try
        {
            // What a kill left of an earlier one.
            foreach (var left in Directory.EnumerateDirectories(dataFolder, Prefix + "*"))
                Directory.Delete(left, recursive: true);
            return new DrillResult(time.GetUtcNow(), Restore(newest, scratch, report, ct));
        }
        catch (Exception failure) when (failure is StorageException or SealBrokenException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return new DrillResult(time.GetUtcNow(), failure.Message);
        }
        finally
        {
            if (Directory.Exists(scratch))
                Directory.Delete(scratch, recursive: true);
        }
    }

    private string? Restore(BackupFile newest, string scratch, Action<string> report, CancellationToken ct)
    {
        Directory.CreateDirectory(scratch);
        var target = Path.Combine(scratch, "edgedb.db");
        var started = Stopwatch.GetTimestamp();
        var result = backups.Restore(newest.Path, target, ct);
        report(string.Create(
            CultureInfo.InvariantCulture,
            $"{newest.Path}: {result.Summary.Sums.Values.Sum(static sum => sum.Count)} rows restored into {result.SizeBytes / 1024} KiB in {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms"));
        if (result.Summary.RowsLeftOut > 0)
            report(string.Create(CultureInfo.InvariantCulture, $"{result.Summary.RowsLeftOut} rows of persons whose keys were destroyed are left out"));
        var check = DatabaseCheck.Run(target, migrations, orphans, ct);
        return check.ExitCode == 0 ? null : $"{newest.Path} was restored, but is not clean: {string.Join(' ', check.Lines.Where(static line => line.StartsWith('!')))}";
    }
}
