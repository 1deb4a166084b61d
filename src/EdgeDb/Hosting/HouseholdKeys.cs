using EdgeDb.Core.Backups;
using EdgeDb.Core.Household;
using EdgeDb.Core.Security;
using EdgeDb.Options;

namespace EdgeDb.Hosting;

/// <summary>The keys of a data folder and the backups that are sealed with them. One of each a process, as each knows what the others hold.</summary>
internal sealed record HouseholdKeys(MasterKey Master, SubjectKeys Subjects, BackupFolder Backups)
{
    /// <summary>Reads nothing yet.</summary>
    public static HouseholdKeys Of(EdgeDbOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        var master = MasterKey.Of(options.Data);
        var subjects = new SubjectKeys(master);
        var backups = new BackupOptions { Database = options.DatabasePath, Retention = options.Backup, Mend = EventRows.Mend };
        return new(master, subjects, new BackupFolder(backups, master, subjects, time, loggers.CreateLogger<BackupFolder>()));
    }
}
