using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using EdgeDb.Core.Access;
using EdgeDb.Api;
using EdgeDb.Core.Audit;
using EdgeDb.Core.Backups;
using EdgeDb.Core.Caching;
using EdgeDb.Core.Connections;
using EdgeDb.Core.Household;
using EdgeDb.Core.Pipeline;
using EdgeDb.Core.Settings;
using EdgeDb.Core.Storage;
using EdgeDb.Core.Work;
using EdgeDb.Options;

namespace EdgeDb.Hosting;

/// <summary>
/// Every instrument of the service, its own and those of the platform it shows. Names and units are those of OpenTelemetry where it has them. What is
/// counted on the path of requests is counted by its part anyway and read here when somebody asks.
/// </summary>
internal sealed class ServiceMetrics : IDisposable
{
    private const int MaxSeries = 200;

    // The platform has many more; these answer a question somebody has of a board at home.
    private static readonly FrozenSet<string> OfPlatform = FrozenSet.Create(
        StringComparer.Ordinal,
        "http.server.request.duration", "http.server.active_requests", "kestrel.active_connections", "kestrel.rejected_connections",
        "dotnet.process.cpu.time", "dotnet.process.memory.working_set", "dotnet.gc.collections", "dotnet.gc.pause.time", "dotnet.gc.heap.total_allocated",
        "dotnet.gc.last_collection.memory.committed_size", "dotnet.gc.last_collection.heap.size", "dotnet.thread_pool.work_item.count",
        "dotnet.monitor.lock_contentions", "dotnet.timer.count", "dotnet.exceptions");

    private readonly Meter _meter = new("EdgeDb", ProgramVersion.Text);
    private readonly FeedStore _feeds;
    private IReadOnlyList<Feed> _latestFeeds = [];

    /// <summary>Before the host is built: the platform creates its instruments then, and what is counted before somebody listens is lost.</summary>
    public ServiceMetrics(
        HouseholdServices household, IReadOnlyList<IConnectionEndpoint> endpoints, Tuner tuner, EmergencyMode emergency, TimeProvider time, ILogger<ServiceMetrics> logger)
    {
        _feeds = household.Feeds;
        Exporter = new(instrument => ReferenceEquals(instrument.Meter, _meter) || OfPlatform.Contains(instrument.Name), logger, MaxSeries);
        ProcessMetrics.Register(_meter, time);
        RegisterBuild();
        RegisterStorage(household.Database);
        RegisterFeeds();
        RegisterEmergency(emergency);
        ConnectionMetrics.Register(_meter, endpoints);
        ConnectionMetrics.Register(_meter, tuner);
    }

    public PrometheusExporter Exporter { get; }

    /// <summary>Reads what a collection, which cannot wait, shows of the database.</summary>
    public async ValueTask PrepareAsync(CancellationToken cancellationToken) =>
        Volatile.Write(ref _latestFeeds, await _feeds.ListAsync(Sight.Everything, cancellationToken));

    /// <summary>Shows the background work, which is put together after the host is built.</summary>
    public void Register(BackgroundQueue queue, AnswerWarmer warmer, DrillSchedule drills)
    {
        _meter.CreateObservableGauge("edgedb.storage.last_drill_time", () => LastDrill(drills, static drill => drill.At.ToUnixTimeSeconds()), "s", "When a copy was last restored for a drill, in seconds since 1970.");
        _meter.CreateObservableGauge("edgedb.storage.last_drill_succeeded", () => LastDrill(drills, static drill => drill.Failure is null ? 1 : 0), null, "1 when that succeeded, else 0.");
        _meter.CreateObservableCounter("edgedb.work.warmed", () => warmer.Made, "{answer}", "Answers made before they were asked for.");
        _meter.CreateObservableGauge("edgedb.work.jobs", () => Jobs(queue), "{job}", "Background jobs by state.");
        _meter.CreateObservableCounter(
            "edgedb.work.runs",
            () => (Measurement<long>[])[new(queue.Succeeded, new KeyValuePair<string, object?>("outcome", "succeeded")), new(queue.Failed, new KeyValuePair<string, object?>("outcome", "failed"))],
            "{run}", "Runs of background jobs.");
    }

    /// <summary>Shows how requests are answered.</summary>
    public void Register(RequestPipeline pipeline, AdaptiveMemoryCache cache, AdmissionGate gate)
    {
        _meter.CreateObservableCounter("edgedb.answer.given", () => Answers(pipeline.Statistics), "{answer}", "Answers given, by where they came from.");
        _meter.CreateObservableGauge("edgedb.answer.kept", () => cache.Count, "{answer}", "Answers kept in memory.");
        _meter.CreateObservableGauge("edgedb.answer.kept.size", () => cache.Counts.SizeBytes, "By", "Memory of the kept answers.");
        _meter.CreateObservableCounter("edgedb.answer.dropped", () => Dropped(cache.Counts), "{answer}", "Kept answers that were let go, by why.");
        _meter.CreateObservableGauge("edgedb.admission.running", () => gate.Running, "{answer}", "Answers that are being made.");
        _meter.CreateObservableGauge("edgedb.admission.waiting", () => gate.Waiting, "{answer}", "Answers that wait to be made.");
        _meter.CreateObservableCounter("edgedb.admission.refused", () => gate.TurnedAway, "{answer}", "Answers refused because too many waited.");
    }

    /// <summary>Shows what somebody should look at.</summary>
    public void Register(AuditLog log)
    {
        _meter.CreateObservableCounter("edgedb.security.events", () => Events(log.Events), "{event}", "What somebody should look at, by what it is.");
        _meter.CreateObservableCounter("edgedb.audit.lost", () => log.Lost, "{entry}", "Entries of the audit log that could not be kept.");
    }

    /// <summary>Shows what is rolled out.</summary>
    public void Register(FeatureFlags features) => _meter.CreateObservableGauge(
        "edgedb.feature.rollout", () => Rollouts(features), "%", "Of how many clients or connections a feature is on; 0 where it is off.");

    public void Dispose()
    {
        Exporter.Dispose();
        _meter.Dispose();
    }

    private void RegisterBuild()
    {
        var build = new Measurement<int>(1, new("version", ProgramVersion.Text), new("sqlite_version", SqliteDatabase.SqliteVersion));
        _meter.CreateObservableGauge("edgedb.build.info", () => build, null, "Always 1; the labels tell the versions.");
    }

    private void RegisterStorage(SqliteDatabase database)
    {
        _meter.CreateObservableCounter("edgedb.storage.commits", () => database.CommitVersion, "{commit}", "Commits that changed something.");
        _meter.CreateObservableGauge("edgedb.storage.file.size", () => database.FileSizeBytes, "By", "Size of the database file.");
        _meter.CreateObservableGauge("edgedb.storage.log.size", () => database.LogSizeBytes, "By", "Size of the write-ahead log.");
        _meter.CreateObservableGauge("edgedb.storage.write_queue.length", () => database.WriteQueueLength, "{write}", "Writes that wait for the writer.");
        _meter.CreateObservableGauge(
            "edgedb.storage.write_queue.capacity", () => database.Options.WriteQueueCapacity, "{write}", "Writes that may wait; more are refused.");
        _meter.CreateObservableGauge(
            "edgedb.storage.incidents", () => database.Incidents.Count, "{incident}", "What happened to the storage and nobody has acknowledged.");
        _meter.CreateObservableGauge("edgedb.storage.backups", () => Backups(database), "{copy}", "Finished copies of the database.");
        _meter.CreateObservableGauge(
            "edgedb.storage.last_backup_time", () => LastBackup(database), "s", "When the newest copy of the database was taken, in seconds since 1970.");
    }

    private void RegisterFeeds()
    {
        _meter.CreateObservableGauge(
            "edgedb.feed.last_success_time", () => OfFeeds(static feed => feed.LastSuccessAt), "s", "When a feed was last read with success, in seconds since 1970.");
        _meter.CreateObservableGauge(
            "edgedb.feed.consecutive_failures", () => OfFeeds(static feed => feed.Failures), "{failure}", "Failures of a feed since it was last read with success.");
    }

    private void RegisterEmergency(EmergencyMode emergency)
    {
        _meter.CreateObservableGauge("edgedb.emergency.active", () => Reasons(emergency.Current), null, "1 where the reason holds now, else 0.");
        _meter.CreateObservableCounter("edgedb.emergency.begun", () => emergency.Begun, "{emergency}", "Emergencies since the start.");
    }

    private static IEnumerable<Measurement<int>> Reasons(EmergencyState? now)
    {
        foreach (var reason in Enum.GetValues<EmergencyReason>())
            yield return new(now is not null && now.Reasons.Contains(reason) ? 1 : 0, new KeyValuePair<string, object?>("reason", EmergencyText.Name(reason)));
    }

    private static IEnumerable<Measurement<int>> Rollouts(FeatureFlags features)
    {
        foreach (var feature in Enum.GetValues<Feature>())
            yield return new(features.Percent(feature), new KeyValuePair<string, object?>("feature", SettingTable.Name(feature)));
    }

    private IEnumerable<Measurement<long>> OfFeeds(Func<Feed, long?> value)
    {
        foreach (var feed in Volatile.Read(ref _latestFeeds))
            if (value(feed) is { } known)
                yield return new(known, new KeyValuePair<string, object?>("feed", feed.Id));
    }

    private static IEnumerable<Measurement<long>> Answers(PipelineStatistics statistics)
    {
        foreach (var origin in Enum.GetValues<AnswerOrigin>())
            yield return new(statistics.Answers(origin), new KeyValuePair<string, object?>("origin", ConnectionAnswers.Name(origin)));
    }

    private static Measurement<long>[] Dropped(CacheCounts counts)
    {
        return [Of(counts.Evicted, "evicted"), Of(counts.Expired, "expired"), Of(counts.Invalidated, "invalidated")];

        static Measurement<long> Of(long count, string reason) => new(count, new KeyValuePair<string, object?>("reason", reason));
    }

    private static IEnumerable<Measurement<long>> Events(SecurityEvents events)
    {
        foreach (var kind in Enum.GetValues<SecurityEventKind>())
            yield return new(events.Count(kind), new KeyValuePair<string, object?>("kind", SecurityEvents.Name(kind)));
    }

    private static Measurement<int>[] Jobs(BackgroundQueue queue)
    {
        var jobs = queue.Snapshot();
        return [Of(WorkState.Waiting, "waiting"), Of(WorkState.Running, "running"), Of(WorkState.Failed, "failed")];

        Measurement<int> Of(WorkState state, string name) => new(jobs.Count(job => job.State == state), new KeyValuePair<string, object?>("state", name));
    }

    private static IEnumerable<Measurement<long>> LastDrill(DrillSchedule drills, Func<DrillResult, long> value) =>
        drills.Latest is { } latest ? [new(value(latest))] : [];

    private static int Backups(SqliteDatabase database) => database.Backups.Count;

    private static IEnumerable<Measurement<long>> LastBackup(SqliteDatabase database) =>
        database.Backups is [var newest, ..] ? [new(newest.TakenAt.ToUnixTimeSeconds())] : [];
}
