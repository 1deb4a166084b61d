using EdgeDb.Core.Audit;
using EdgeDb.Core.Backups;
using EdgeDb.Core.Household;
using EdgeDb.Core.Pipeline;
using EdgeDb.Core.Privacy;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;
using EdgeDb.Core.Work;
using NodaTime;

namespace EdgeDb.Hosting;

/// <summary>
/// What goes on without being asked: the window, removals, the trash, the feeds, copies. All but a copy that somebody asked for follows from the data
/// itself (marks, due times, the age of the newest copy), so it is asked for at every start and needs no row.
/// </summary>
internal sealed partial class HouseholdWorker : BackgroundService
{
    /// <summary>Key of the job that reads feeds.</summary>
    public const string Feeds = "feeds";

    /// <summary>Kind of a copy that somebody asked for.</summary>
    public const string Copy = "copy";

    private const string Rotation = "keys";

    private static readonly TimeSpan KeepDamaged = TimeSpan.FromDays(90);
    private static readonly TimeSpan UpkeepInterval = TimeSpan.FromHours(1);

    private readonly HouseholdServices _household;
    private readonly FeedRefresher _refresher;
    private readonly AnswerWarmer _warmer;
    private readonly BackgroundQueue _queue;
    private readonly AuditLog _audit;
    private readonly BackupSchedule _backups;
    private readonly DrillSchedule _drills;
    private readonly PersonErasure _erasure;
    private readonly TimeProvider _time;
    private readonly KeyRotation _rotation;
    private readonly ILogger _logger;

    public HouseholdWorker(HouseholdServices household, AuditLog audit, FeedRefresher refresher, AnswerWarmer warmer, DrillSchedule drills, PersonErasure erasure, BackgroundQueue queue, TimeProvider time, ILogger<HouseholdWorker> logger)
    {
        _warmer = warmer;
        _drills = drills;
        _erasure = erasure;
        _time = time;
        _audit = audit;
        _household = household;
        _refresher = refresher;
        _queue = queue;
        _logger = logger;
        _backups = new(household.Database, time, logger);
        _rotation = new(household.Keys, household.Database, KeyRotation.ServiceGrace, time, logger);
    }

    /// <summary>Before the first request, which may ask for work.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Until the window has moved, reads expand for themselves: right, but slower.
        Repeat("window", "Move the window of expanded occurrences", WorkPriority.Soon, MoveWindowAsync);
        Repeat(Feeds, "Read the feeds that are due", WorkPriority.Soon, ReadFeedsAsync, waitsForServers: true);
        Repeat("erasures", "Finish the erasure of persons", WorkPriority.Soon, FinishErasuresAsync);
        Repeat("removals", "Finish the removal of calendars", WorkPriority.Normal, FinishRemovalsAsync);
        Repeat("trash", "Empty the trash", WorkPriority.Idle, EmptyTrashAsync);
        Repeat("backup", "Take the daily copy", WorkPriority.Idle, LookForBackupAsync, delay: BackupSchedule.LookEvery);
        Repeat("drill", "Restore the newest copy for a drill", WorkPriority.Idle, LookForDrillAsync, delay: DrillSchedule.LookEvery);
        // In an emergency it only learns what is asked for.
        Repeat("warming", "Make the answers that are usually asked for soon", WorkPriority.Normal, WarmAsync, delay: AnswerWarmer.Interval, goesOnInNeed: true);
        _queue.Register(new(Copy, WorkPriority.Normal, CopyAsync) { IsKept = true, GoesOnInNeed = true });
        _queue.Register(new(Rotation, WorkPriority.Normal, RotateAsync));
        if (_rotation.IsUnderWay)
            AskToRotate();
        await _queue.LoadAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Begins to replace the data keys; the rest follows in the background, also after a restart.</summary>
    public async Task RotateKeysAsync(CancellationToken cancellationToken)
    {
        await _rotation.BeginAsync(cancellationToken);
        AskToRotate();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _queue.RunAsync(stoppingToken);

    /// <summary>After the queue has stopped, so that nothing is learnt any more.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await _warmer.SaveAsync(cancellationToken);
        }
        catch (StorageException failure)
        {
            LogNotSaved(_logger, failure.Message);
        }
    }

    /// <summary>Work of which there is one job, always.</summary>
    private void Repeat(
        string kind, string name, WorkPriority priority, Func<WorkContext, CancellationToken, ValueTask<TimeSpan?>> run, bool waitsForServers = false, TimeSpan delay = default,
        bool goesOnInNeed = false)
    {
        _queue.Register(new(kind, priority, run) { WaitsForServers = waitsForServers, GoesOnInNeed = goesOnInNeed });
        _queue.TryAdd(new(kind, name, kind), delay);
    }

    private async ValueTask<TimeSpan?> MoveWindowAsync(WorkContext work, CancellationToken ct)
    {
        await _household.Window.MoveAsync(
            ct,
            (done, total, token) =>
            {
                work.Report(done, total);
                return work.YieldAsync(token);
            });
        return UpkeepInterval;
    }

    private async ValueTask<TimeSpan?> FinishRemovalsAsync(WorkContext work, CancellationToken ct)
    {
        await _household.Store.FinishRemovalsAsync(ct, work.Report);
        return UpkeepInterval;
    }

    private async ValueTask<TimeSpan?> FinishErasuresAsync(WorkContext work, CancellationToken ct)
    {
        await _erasure.FinishAsync(isWhole: true, ct);
        return UpkeepInterval;
    }

    private async ValueTask<TimeSpan?> EmptyTrashAsync(WorkContext work, CancellationToken ct)
    {
        await _household.Events.EmptyTrashAsync(ct);
        await _household.Tasks.EmptyTrashAsync(ct);
        await _household.Notices.EmptyTrashAsync(ct);
        DatabaseFile.RemoveOldSetAsides(_household.Database.Path, KeepDamaged, _time);
        return UpkeepInterval;
    }

    private async ValueTask<TimeSpan?> ReadFeedsAsync(WorkContext work, CancellationToken ct) => await _refresher.RefreshDueAsync(work.Report, ct);

    private void AskToRotate() => _queue.TryAdd(new(Rotation, "Seal secrets with new keys", Rotation));

    private async ValueTask<TimeSpan?> RotateAsync(WorkContext work, CancellationToken ct)
    {
        var again = await _rotation.ContinueAsync(ct);
        if (again is null)
            _audit.Write(AuditKind.KeysRotated, AuditActor.Service, null, "all");
        return again;
    }

    private async ValueTask<TimeSpan?> LookForBackupAsync(WorkContext work, CancellationToken ct)
    {
        var before = NewestCopy();
        await _backups.LookAsync(ct, work.Report);
        if (NewestCopy() is { } made && made != before)
            _audit.Write(AuditKind.Backup, AuditActor.Service, null, "made " + made);
        return BackupSchedule.LookEvery;
    }

    private async ValueTask<TimeSpan?> LookForDrillAsync(WorkContext work, CancellationToken ct)
    {
        if (_drills.Latest is null)
            await _drills.LoadAsync(ct);
        var before = _drills.Latest;
        await _drills.LookAsync(ct);
        if (_drills.Latest is { } drill && drill != before)
            _audit.Write(AuditKind.Backup, AuditActor.Service, null, drill.Failure is null ? "restored for a drill" : "could not be restored for a drill");
        return DrillSchedule.LookEvery;
    }

    private async ValueTask<TimeSpan?> WarmAsync(WorkContext work, CancellationToken ct)
    {
        var settings = await _household.Store.SettingsAsync(ct);
        var firstDayOfWeek = settings.WeekStart switch
        {
            "sunday" => IsoDayOfWeek.Sunday,
            "saturday" => IsoDayOfWeek.Saturday,
            _ => IsoDayOfWeek.Monday,
        };
        await _warmer.RunAsync(
            DateTimeZoneProviders.Tzdb.GetZoneOrNull(settings.Zone) ?? DateTimeZone.Utc,
            firstDayOfWeek,
            (done, total, token) =>
            {
                work.Report(done, total);
                return work.YieldAsync(token);
            },
            ct);
        return AnswerWarmer.Interval;
    }

    private async ValueTask<TimeSpan?> CopyAsync(WorkContext work, CancellationToken ct)
    {
        await _household.Database.BackupAsync(ct, work.Report);
        _audit.Write(AuditKind.Backup, AuditActor.Service, null, "made " + NewestCopy());
        return null;
    }

    private string? NewestCopy() => _household.Database.Backups is [var newest, ..] ? Path.GetFileName(newest.Path) : null;

    [LoggerMessage(EventId = 1002, Level = LogLevel.Warning, Message = "What was learnt for warming could not be stored: {Reason}")]
    private static partial void LogNotSaved(ILogger logger, string reason);
}
