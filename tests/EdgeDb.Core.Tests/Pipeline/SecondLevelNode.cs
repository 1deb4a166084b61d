using System.Text;
using EdgeDb.Core.Caching;
using EdgeDb.Core.Connections;
using EdgeDb.Core.Pipeline;
using EdgeDb.Core.Settings;
using EdgeDb.Core.Storage;
using EdgeDb.Core.Tests.Connections.Redis;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeDb.Core.Tests.Pipeline;

/// <summary>One run of a service with a second level: everything of it but the file. The clock of the answers is the test's, that of the connections is real.</summary>
internal sealed class SecondLevelNode : IAsyncDisposable
{
    private readonly AdaptiveMemoryCache _cache;
    private readonly SecondLevelSeals _seals;

    /// <param name="server">Redis.</param>
    /// <param name="household">Whose answers.</param>
    /// <param name="time">The clock of the answers.</param>
    /// <param name="left">What the run before handed on, as it stood in the file.</param>
    /// <param name="lookLimit">Longest time to look; by default so long that a busy machine is no reason to miss.</param>
    public SecondLevelNode(RedisServer server, string household, ManualTimeProvider time, string? left = null, TimeSpan? lookLimit = null)
    {
        var state = left is null ? null : SecondLevelState.Parse(left)!;
        _cache = new(new(), time);
        if (state is not null)
            _cache.Tags.Restore(state.Tags);
        _seals = SecondLevelSeals.After(state);
        Watch = new(household, Settings, time);
        Redis = new(
            new RedisSource("redis", server.Settings with { Tracking = new() { Prefixes = [Watch.Prefix], ExceptOwnChanges = true } }, Watch.Invalidations, TimeProvider.System, NullLogger.Instance),
            EndpointKind.Redis,
            new() { Pool = new() { MinIdle = 1, MaxSize = 2, LeasesPerConnection = 512, MaxLifetime = Timeout.InfiniteTimeSpan, OpenTimeout = TimeSpan.FromSeconds(20) } },
            null, TimeProvider.System, NullLogger.Instance);
        Second = new(Redis, Watch, _seals, _cache.Tags, time, lookLimit ?? TimeSpan.FromSeconds(20), NullLogger<SecondLevel>.Instance);
        Pipeline = new(_cache, new AdmissionGate(Settings), Settings, new(time, NullLogger<EmergencyMode>.Instance), time, NullLogger<RequestPipeline>.Instance, second: Second);
    }

    public Live<PipelineSettings> Settings { get; } = PipelineTestSettings.Live();

    public SecondLevelWatch Watch { get; }

    public ConnectionEndpoint<RedisConnection> Redis { get; }

    public SecondLevel Second { get; }

    public RequestPipeline Pipeline { get; }

    public static string Text(AnswerResult result) => Encoding.UTF8.GetString(result.Answer.Plain.Body.Span);

    public Task ConnectedAsync() => Eventually.IsTrueAsync(() => Watch.Invalidations.IsTracked, "the connection is tracked");

    /// <summary>What was made is in Redis.</summary>
    public Task StoredAsync() => Eventually.IsTrueAsync(() => Second.Storing == 0, "everything is stored");

    /// <summary>What another client was answered before has been told to this one: behind the answer to a ping nothing older is on its way.</summary>
    public ValueTask<int> ToldAsync() => Redis.ExecuteAsync(
        new(QueryShapes.Named("test.ping", QueryClass.Read), ConnectionRole.General, OperationRepeat.AfterFailure, TimeSpan.FromSeconds(20)), 0,
        static async (connection, _, ct) =>
        {
            await connection.PingAsync(ct);
            return 0;
        },
        CancellationToken.None);

    public ValueTask<AnswerResult> AskAsync(AnswerSource source, string key, PipelineFeatures features = PipelineFeatures.All) =>
        Pipeline.AskAsync(source, key, features, CancellationToken.None);

    public void Commit(params string[] topics) => TagNames.Invalidate(_cache.Tags, new StorageCommit(1, topics));

    /// <summary>Ends it in order; returns what it hands on.</summary>
    public async Task<string> EndAsync()
    {
        await StoredAsync();
        var left = new SecondLevelState("1", _seals.Current, _cache.Tags.Save(SecondLevelState.MaxTags)).Format();
        await DisposeAsync();
        return left;
    }

    public async ValueTask DisposeAsync()
    {
        await Redis.DisposeAsync();
        _cache.Dispose();
    }
}
