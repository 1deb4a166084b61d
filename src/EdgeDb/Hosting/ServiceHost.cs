using EdgeDb.Api;
using EdgeDb.Commands;
using EdgeDb.Core.Access;
using EdgeDb.Core.Accounts;
using EdgeDb.Core.Audit;
using EdgeDb.Core.Backups;
using EdgeDb.Core.Caching;
using EdgeDb.Core.Connections;
using EdgeDb.Core.Household;
using EdgeDb.Core.OpenId;
using EdgeDb.Core.Pipeline;
using EdgeDb.Core.Privacy;
using EdgeDb.Core.Settings;
using EdgeDb.Core.Storage;
using EdgeDb.Core.Work;
using EdgeDb.Hosting.Tls;
using EdgeDb.Options;
using Microsoft.Extensions.Logging.Console;

namespace EdgeDb.Hosting;

/// <summary>Puts the service together and runs it.</summary>
internal static partial class ServiceHost
{
    /// <param name="given">What the file, the environment and the command line say.</param>
    /// <param name="options">The same, taken apart.</param>
    public static async Task<int> RunAsync(SettingValues given, EdgeDbOptions options)
    {
        using var loggers = CreateLoggers(given.Get(SettingTable.LogLevel));
        var time = TimeProvider.System;
        var safe = HouseholdKeys.Of(options, time, loggers);
        var (opened, left) = await HouseholdDatabase.OpenServedAsync(options, safe, time, loggers, CancellationToken.None);
        await using var database = opened;
        ServiceAddress.Clear(options.Data);
        var values = await ReadStoredAsync(given, database, loggers);
        using var settings = new RunningSettings(given, values, database);
        options = EdgeDbOptions.From(values, []);
        left = left?.Version == ProgramVersion.Text ? left : null;
        // Before the first commit, which must be seen.
        using var cache = CreateCache(database, settings, left, time, loggers);
        var keys = await HouseholdDatabase.OpenKeysAsync(options, safe, database, time, CancellationToken.None);
        var household = new HouseholdServices(database, keys, time, options.WindowMonthsBack, options.WindowMonthsAhead);
        await household.Store.InitializeAsync(options.Zone, CancellationToken.None);
        await household.Window.LoadAsync(CancellationToken.None);
        await household.Feeds.SealAddressesAsync(CancellationToken.None);
        await AddFeedsAsync(household, options.Feeds);
        if (options.Sample)
            await household.Sample.AddIfEmptyAsync(CancellationToken.None);

        await using var audit = new AuditLog(database, safe.Subjects, time, loggers.CreateLogger<AuditLog>());
        using var timeOfDay = await HouseholdTime.StartAsync(household.Store, database, time, loggers.CreateLogger<HouseholdTime>(), CancellationToken.None);
        await using var accounts = await AccountServices.OpenAsync(
            database, keys, await SecondLevelStore.HouseholdAsync(database, CancellationToken.None), options.Data, () => timeOfDay.Now, time, loggers, CancellationToken.None);
        accounts.Happened += happened => AuditService.Note(audit, happened);
        var console = new ConsoleCredential();
        var emergency = new EmergencyMode(time, loggers.CreateLogger<EmergencyMode>());
        database.Failed += failure => emergency.Meet(PipelineOperation.Write, failure);
        var limits = new HttpLimits();
        using var transport = new HttpTransport(limits, time);
        var web = new WebEndpoint(transport, limits, time, loggers.CreateLogger<WebEndpoint>());
        var upstreamStore = new UpstreamStore(database);
        var memory = await upstreamStore.LoadAsync(CancellationToken.None);
        var watch = options.Upstream.Redis is null
            ? null
            : new SecondLevelWatch(await SecondLevelStore.HouseholdAsync(database, CancellationToken.None), settings.Pipeline, time);
        await using var upstream = new UpstreamConnections(options, database, web, transport, memory, watch, time, loggers);
        var seals = watch is null ? null : SecondLevelSeals.After(left);
        var tuner = new Tuner(new TunerOptions { Mode = values.Get(SettingTable.Tuner) }, time, Random.Shared.Next());
        using var metrics = new ServiceMetrics(household, upstream.Manager.Endpoints, tuner, emergency, time, loggers.CreateLogger<ServiceMetrics>());
        using var https = new Https(options, keys, time, loggers);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => Listening.Configure(kestrel, options, https.Tls));
        builder.Services.AddSingleton(keys);
        builder.Services.AddSingleton(audit);
        builder.Services.AddSingleton(options);
        builder.Services.AddHostedService<AuditService>();
        builder.Services.AddSingleton(https);
        builder.Services.AddSingleton(accounts);
        builder.Services.AddSingleton(new RequestPrincipals(accounts, console));
        builder.Services.AddSingleton(metrics);
        builder.Services.AddSingleton(safe.Subjects);
        builder.Services.AddSingleton(safe.Backups);
        builder.Services.AddSingleton(new DrillSchedule(
            new RestoreDrill(safe.Backups, options.Data, Migrations.Embedded(), OrphanQueries.All, time), database, time, loggers.CreateLogger<DrillSchedule>()));
        builder.Services.AddSingleton(web);
        builder.Services.AddSingleton(upstream.Manager);
        builder.Services.AddSingleton(upstream);
        builder.Services.AddSingleton(new SignInProvider(
            upstream.OpenId is null ? null : new OpenIdProvider(options.Upstream.OpenId!.Server, upstream.OpenId, () => accounts.Clock.Now, time)));
        builder.Services.AddSingleton(upstreamStore);
        builder.Services.AddSingleton(memory);
        builder.Services.AddHostedService<UpstreamService>();
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(emergency);
        builder.Services.AddSingleton(new EmergencyWatch(emergency, new MemoryProbe("/"), new TemperatureProbe("/"), new DiskProbe(options.Data)));
        builder.Services.AddHostedService<EmergencyService>();
        builder.Services.AddHostedService<IdleMemory>();
        if (watch is not null)
        {
            builder.Services.AddSingleton(new SecondLevel(
                upstream.Redis!, watch, seals!, cache.Tags, time, SecondLevel.LookLimit, loggers.CreateLogger<SecondLevel>()));
        }

        builder.Services.AddSingleton(provider => HouseholdPersons.Stores(
            household, accounts, audit,
            new AnswerPersonalData(cache, provider.GetService<SecondLevel>(), provider.GetRequiredService<AnswerWarmer>())));
        builder.Services.AddSingleton(provider => new Persons(database, provider.GetRequiredService<IReadOnlyList<IPersonalData>>(), time));
        builder.Services.AddSingleton(provider => new PersonErasure(
            database, provider.GetRequiredService<IReadOnlyList<IPersonalData>>(), audit, safe.Subjects, safe.Backups, time, loggers.CreateLogger<PersonErasure>()));
        RegisterPipeline(builder.Services, cache, database, settings, time, loggers);
        Register(builder.Services, household, tuner, settings, options, time, loggers);
        await using var app = builder.Build();
        Route(app);
        var damaged = false;
        // The next start checks the file and replaces it as the option says; systemd makes that start happen.
        database.IncidentRaised += incident =>
        {
            if (incident.Kind != StorageIncidentKind.DamageFound)
                return;
            damaged = true;
            app.Lifetime.StopApplication();
        };
        try
        {
            await app.StartAsync();
        }
        catch (IOException exception)
        {
            // Kestrel's message names the address that is taken.
            var setting = https.Tls is not null && exception.Message.Contains("https:", StringComparison.Ordinal) ? SettingTable.TlsPort : SettingTable.Port;
            var remedy = values[setting].Input.Layer == SettingLayer.Database ? $"'edgedb config set {setting.Path} N'" : $"--{setting.Option}";
            return CommandTable.Refuse($"{exception.Message} Choose another one with {remedy}.");
        }
        var port = Listening.BoundPort(app, "http");
        ServiceAddress.Write(options.Data, Listening.LocalAddress(options, port), console.Text);
        if (https.Tls is not null)
        {
            https.Port = Listening.BoundPort(app, "https");
            await Console.Out.WriteLineAsync($"EdgeDb answers https on {Text(Listening.Address(options, "https", https.Port))}");
        }

        await Console.Out.WriteLineAsync($"EdgeDb is listening on {Text(Listening.Address(options, "http", port))}");
        await PrintSetupCodeAsync(accounts, options);
        await app.WaitForShutdownAsync();
        ServiceAddress.Clear(options.Data);
        if (watch is not null && !damaged)
        {
            // Behind the last request: what is committed later would not be in it.
            await app.DisposeAsync();
            await HandOnAsync(database, seals!, cache.Tags, loggers);
        }

        return damaged ? CommandTable.Failed : CommandTable.Done;
    }

    /// <summary>Says by what the household is claimed from other machines, as long as nobody has.</summary>
    private static async Task PrintSetupCodeAsync(AccountServices accounts, EdgeDbOptions options)
    {
        if (accounts.Accounts.IsClaimed)
        {
            accounts.SetupCode.Remove();
            return;
        }

        // On this machine it takes none; for who comes through a proxy it is made when they come. Making one loads OpenSSL.
        if (EdgeDbOptions.IsLocal(options.Listen))
            return;
        try
        {
            await Console.Out.WriteLineAsync($"This household has no owner yet. Set it up with the code {accounts.SetupCode.Ensure()}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // On a card that is full the calendar is still served; the household can be claimed on this machine.
            await Console.Error.WriteLineAsync($"edgedb: no set-up code could be written: {failure.Message}");
        }
    }

    private static string Text(Uri address) => address.GetLeftPart(UriPartial.Authority);

    private static ILoggerFactory CreateLoggers(LogLevel least) => LoggerFactory.Create(logging =>
    {
        logging
            .AddConsole(static console => console.FormatterName = LogLines.FormatterName)
            .SetMinimumLevel(least)
            // Its messages tell addresses, headers and paths of requests; at warnings it tells of none.
            .AddFilter("Microsoft", LogLevel.Warning)
            // Its one message is the exception of a start that failed, which is told in one line of our own.
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None)
            .AddFilter("System.Net.Http", LogLevel.None) // It logs addresses, and those of feeds hold secrets.
            .Services.AddSingleton<ConsoleFormatter, LogLines>();
    });

    private static void Register(
        IServiceCollection services, HouseholdServices household, Tuner tuner, RunningSettings settings, EdgeDbOptions options, TimeProvider time,
        ILoggerFactory loggers)
    {
        services.AddSingleton(loggers);
        services.AddSingleton(time);
        services.AddSingleton(household.Database);
        services.AddSingleton(household.Keys);
        services.AddSingleton(household.Store);
        services.AddSingleton(household.Window);
        services.AddSingleton(household.Occurrences);
        services.AddSingleton(household.Reminders);
        services.AddSingleton(household.Events);
        services.AddSingleton(household.Feeds);
        services.AddSingleton(household.Tasks);
        services.AddSingleton(household.TaskImport);
        services.AddSingleton(household.Notices);
        services.AddSingleton(household.Import);
        services.AddSingleton(household.Export);
        services.AddSingleton(household.Sample);
        services.AddSingleton(provider => new FeedClient(new FeedLimits(), provider.GetRequiredService<WebEndpoint>(), () => FeedReach(settings, options), time));
        services.AddSingleton(
            provider => new FeedRefresher(
                household.Feeds, provider.GetRequiredService<FeedClient>(), household.FeedImport, () => TimeSpan.FromMinutes(settings.Get(SettingTable.FeedInterval)), time,
                loggers.CreateLogger<FeedRefresher>()));
        services.AddSingleton(provider => new FeedPreviewer(provider.GetRequiredService<FeedClient>(), household.FeedImport, household.Store, time));
        services.AddSingleton<MachineReadings>();
        services.AddSingleton(provider => new HouseholdWorker(
            household, provider.GetRequiredService<AuditLog>(), provider.GetRequiredService<FeedRefresher>(), provider.GetRequiredService<AnswerWarmer>(), provider.GetRequiredService<DrillSchedule>(),
            provider.GetRequiredService<PersonErasure>(), provider.GetRequiredService<BackgroundQueue>(), time,
            loggers.CreateLogger<HouseholdWorker>()));
        services.AddHostedService(static provider => provider.GetRequiredService<HouseholdWorker>());
        services.AddSingleton(new HostNames(options.Hosts));
        services.AddSingleton<RequestRates>();
        services.AddSingleton(tuner);
        services.AddSingleton(new TuningStore(household.Database));
        services.AddSingleton(provider => new TuningService(
            provider.GetRequiredService<ConnectionManager>(), tuner, settings, provider.GetRequiredService<TuningStore>(), time,
            loggers.CreateLogger<TuningService>()));
        services.AddHostedService(static provider => provider.GetRequiredService<TuningService>());
        services.AddSingleton<ChangeStream>();
        services.AddSingleton(new StaticFiles(Path.Combine(AppContext.BaseDirectory, "wwwroot")));
        services.Configure<HostOptions>(static host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        services.Configure<RouteOptions>(static routes => routes.SuppressCheckForUnhandledSecurityMetadata = true);
    }

    /// <summary>Who can reach a service that listens on its machine only can reach everything else there as well.</summary>
    private static HttpReach FeedReach(RunningSettings settings, EdgeDbOptions options) =>
        settings.Get(SettingTable.FeedsFromHome) || EdgeDbOptions.IsLocal(options.Listen) ? HttpReach.Anywhere : HttpReach.Internet;

    private static AdaptiveMemoryCache CreateCache(
        SqliteDatabase database, RunningSettings settings, SecondLevelState? left, TimeProvider time, ILoggerFactory loggers)
    {
        var kept = settings.Pipeline.Current;
        var cache = new AdaptiveMemoryCache(new() { MaxEntries = kept.CacheEntries, ByteBudget = kept.CacheBytes }, time, loggers.CreateLogger<AdaptiveMemoryCache>());
        if (left is not null)
        {
            cache.Tags.Restore(left.Tags);
            // What feeds are doing is not in the file.
            TagNames.Invalidate(cache.Tags, new StorageCommit(0, [Topics.Feeds]));
        }

        database.Committed += commit => TagNames.Invalidate(cache.Tags, commit);
        return cache;
    }

    private static void RegisterPipeline(
        IServiceCollection services, AdaptiveMemoryCache cache, SqliteDatabase database, RunningSettings settings, TimeProvider time, ILoggerFactory loggers)
    {
        services.AddSingleton(cache);
        services.AddSingleton(cache.Tags);
        services.AddSingleton<StreamTags>();
        services.AddSingleton<AdmissionGate>();
        services.AddSingleton<PipelineSwitch>();
        services.AddSingleton<AccessLog>();
        services.AddSingleton<RequestPipeline>();
        services.AddSingleton<AnswerWarmer>();
        services.AddSingleton(provider => CreateQueue(
            provider.GetRequiredService<AdmissionGate>(), provider.GetRequiredService<EmergencyMode>(), database, time, loggers));
        services.AddSingleton(settings.Features);
        services.AddSingleton(settings.Pipeline);
        services.AddSingleton<CacheBudget>();
    }

    // One job at a time: more would only fight with each other for the card, and with requests for the processor.
    private static BackgroundQueue CreateQueue(AdmissionGate gate, EmergencyMode emergency, SqliteDatabase database, TimeProvider time, ILoggerFactory loggers)
    {
        var queue = new BackgroundQueue(
            () => gate.Running + gate.Waiting > 0, () => emergency.IsOn, new WorkStore(database), concurrency: 1, time, loggers.CreateLogger<BackgroundQueue>());
        emergency.Changed += _ => queue.LookAgain();
        return queue;
    }

    private static void Route(WebApplication app)
    {
        app.Use(LeaveBodyOutOfHead);
        app.UseMiddleware<ProblemWriter>();
        app.UseMiddleware<EdgeGuard>();
        var accounts = app.Services.GetRequiredService<AccountServices>().Accounts;
        app.UseMiddleware<HttpsOnly>((Func<bool>)(() => accounts.IsClaimed));
        app.UseMiddleware<AuditTrail>();
        app.UseMiddleware<AccessGuard>();
        app.Services.GetRequiredService<CacheBudget>().Obey();
        var tags = app.Services.GetRequiredService<CacheTags>();
        var metrics = app.Services.GetRequiredService<ServiceMetrics>();
        metrics.Register(app.Services.GetRequiredService<BackgroundQueue>(), app.Services.GetRequiredService<AnswerWarmer>(), app.Services.GetRequiredService<DrillSchedule>());
        metrics.Register(
            app.Services.GetRequiredService<RequestPipeline>(), app.Services.GetRequiredService<AdaptiveMemoryCache>(), app.Services.GetRequiredService<AdmissionGate>());
        metrics.Register(app.Services.GetRequiredService<FeatureFlags>());
        metrics.Register(app.Services.GetRequiredService<AuditLog>());
        app.Services.GetRequiredService<FeedRefresher>().Changed += () => tags.Invalidate(Topics.Feeds);
        var files = app.Services.GetRequiredService<StaticFiles>();
        app.Use((context, next) => ServeFileAsync(files, context, next));
        app.MapHouseholdApi();
        app.MapMembersApi();
        app.MapSessionApi();
        app.MapAccountsApi();
        app.MapOpenIdApi();
        app.MapDevicesApi();
        app.MapTokensApi();
        app.MapPersonsApi();
        app.MapCalendarsApi();
        app.MapFeedsApi();
        app.MapOccurrencesApi();
        app.MapRemindersApi();
        app.MapEventsApi();
        app.MapTasksApi();
        app.MapNoticesApi();
        app.MapConnectionsApi();
        app.MapConfigApi();
        app.MapWorkApi();
        app.MapKeysApi();
        app.MapPipelineApi();
        app.MapBackupsApi();
        app.MapMachineApi();
        app.MapAuditApi();
        app.MapHealthApi();
        app.MapMetricsApi();
        app.MapOpenApiDocument();
        app.MapTrustApi();
        ChangeStream.Map(app);
        AccessGuard.RequireRequirements(app);
    }

    // The server of .NET 9 sends the body of a HEAD when it is written through the pipe.
    private static Task LeaveBodyOutOfHead(HttpContext context, RequestDelegate next)
    {
        if (HttpMethods.IsHead(context.Request.Method))
            context.Response.Body = Stream.Null;
        return next(context);
    }

    private static async Task ServeFileAsync(StaticFiles files, HttpContext context, RequestDelegate next)
    {
        if (!await files.TryServeAsync(context))
            await next(context);
    }

    private static async Task AddFeedsAsync(HouseholdServices household, IReadOnlyList<string> feeds)
    {
        // Without any, no address needs to be opened, which would load the cryptographic library.
        if (feeds.Count == 0)
            return;

        var known = (await household.Feeds.ListAsync(Sight.Everything, CancellationToken.None)).Select(f => household.Feeds.AddressOf(f).Value).ToHashSet(StringComparer.Ordinal);
        foreach (var address in feeds.Select(static feed => FeedAddress.Parse(feed, "feed", allowFile: true)))
            if (known.Add(address.Value))
                await household.Feeds.AddAsync(address, null, null, null, null, Actor.Everything, CancellationToken.None);
    }

    /// <summary>Adds what the database says. A value that is wrong there, for example of another version, is told and not used.</summary>
    private static async Task<SettingValues> ReadStoredAsync(SettingValues given, SqliteDatabase database, ILoggerFactory loggers)
    {
        var problems = new List<string>();
        var values = await StoredSettings.AddToAsync(given, database, problems, CancellationToken.None);
        var logger = loggers.CreateLogger<RunningSettings>();
        foreach (var problem in problems)
            LogNotUsed(logger, problem);
        return values;
    }

    private static async Task HandOnAsync(SqliteDatabase database, SecondLevelSeals seals, CacheTags tags, ILoggerFactory loggers)
    {
        try
        {
            await SecondLevelStore.SaveAsync(database, ProgramVersion.Text, seals.Current, tags, CancellationToken.None);
        }
        catch (StorageException failure)
        {
            LogNotHandedOn(loggers.CreateLogger<SecondLevel>(), failure.Message);
        }
    }

    [LoggerMessage(EventId = 1202, Level = LogLevel.Warning, Message = "The next start will find nothing of ours in Redis: {Reason}")]
    private static partial void LogNotHandedOn(ILogger logger, string reason);

    [LoggerMessage(EventId = 1203, Level = LogLevel.Warning, Message = "A setting is not used: {Problem}")]
    private static partial void LogNotUsed(ILogger logger, string problem);
}
