using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using EdgeDb.Core.Caching;
using EdgeDb.Core.Connections;
using Microsoft.Extensions.Logging;

namespace EdgeDb.Core.Pipeline;

/// <summary>
/// Answers kept in Redis as well: a restart finds them there, and what the memory of a small board has no place for. It decides nothing about truth: an answer
/// from there holds exactly as one from memory does, by its tags and their clock. So a commit deletes nothing there and races with nothing, and losing all of
/// it costs some milliseconds. Whatever fails, the answer is made from the file.
/// </summary>
internal sealed partial class SecondLevel
{
    /// <summary>Longest time to look: it must not make an answer much later than the file alone would.</summary>
    public static readonly TimeSpan LookLimit = TimeSpan.FromMilliseconds(50);

    /// <summary>Answers on their way there; more are not sent, as they will be made again.</summary>
    private const int MaxStoring = 16;

    // A Redis that hangs costs one wait a second, until its connection is given up and nobody looks any more.
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StoreLimit = TimeSpan.FromSeconds(1);
    private static readonly QueryShape Look = QueryShapes.Named("redis.get answer", QueryClass.Read);
    private static readonly TimeSpan StorePause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ScanLimit = TimeSpan.FromSeconds(5);
    private static readonly QueryShape Scan = QueryShapes.Named("redis.scan answers", QueryClass.Write);
    private static readonly QueryShape Put = QueryShapes.Named("redis.set answer", QueryClass.Write);

    private readonly ConnectionEndpoint<RedisConnection> _redis;
    private readonly SecondLevelWatch _watch;
    private readonly SecondLevelSeals _seals;
    private readonly CacheTags _tags;
    private readonly TimeProvider _time;
    private readonly TimeSpan _lookLimit;
    private readonly ILogger _logger;
    private long _pausedUntil;
    private int _storing;

    /// <param name="redis">The server.</param>
    /// <param name="watch">Is told by its connections.</param>
    /// <param name="seals">Tell our answers from others.</param>
    /// <param name="tags">Tell which of them still hold.</param>
    /// <param name="time">The clock.</param>
    /// <param name="lookLimit"><see cref="LookLimit"/>, but in tests, where a busy machine is no reason to miss.</param>
    /// <param name="logger">Is told of failures.</param>
    public SecondLevel(
        ConnectionEndpoint<RedisConnection> redis, SecondLevelWatch watch, SecondLevelSeals seals, CacheTags tags, TimeProvider time, TimeSpan lookLimit,
        ILogger<SecondLevel> logger)
    {
        (_redis, _watch, _seals, _tags, _time, _lookLimit, _logger) = (redis, watch, seals, tags, time, lookLimit, logger);
        _pausedUntil = time.GetTimestamp();
    }

    /// <summary>Stores under way.</summary>
    public int Storing => Volatile.Read(ref _storing);

    /// <summary>Nobody would tell what changes, or it has failed just now: it is left alone.</summary>
    private bool IsClosed => !_watch.Invalidations.IsTracked || _time.GetTimestamp() < Volatile.Read(ref _pausedUntil);

    /// <summary>Where the answer for a key lies. Taken before anything is read for it.</summary>
    public SecondLevelPlace PlaceOf(string key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(key.AsSpan()), hash);
        // 128 bits keep keys apart; where they do not, the seal does.
        var redisKey = Encoding.ASCII.GetBytes(_watch.Prefix + Convert.ToHexStringLower(hash[..16]));
        return new(redisKey, _watch.Invalidations.BeginRead(redisKey));
    }

    /// <summary>Whether an answer in memory may be given as fresh.</summary>
    public bool Trusts(Answer answer) => _watch.Trusts(answer.Read, answer.MadeAt);

    /// <summary>The answer for a key, when it is there, younger than <paramref name="ttl"/> and still true.</summary>
    public async ValueTask<Answer?> FindAsync(SecondLevelPlace place, string key, TimeSpan ttl, CancellationToken ct)
    {
        if (IsClosed)
            return null;
        byte[]? bytes;
        try
        {
            bytes = await _redis.ExecuteAsync(
                new(Look, ConnectionRole.Read, OperationRepeat.Never, _lookLimit),
                place.RedisKey,
                static (connection, redisKey, ct) => connection.GetAsync(redisKey, 0, static (reply, _) => Copy(reply), ct),
                ct).ConfigureAwait(false);
        }
        catch (Exception failure) when (FailurePolicies.For(PipelineOperation.SecondLevel, failure) is { } policy && policy.Steps.HasFlag(FailureStep.OtherRoute))
        {
            Pause(failure);
            return null;
        }

        if (bytes is null)
            return null;
        var found = SealedAnswer.Open(_seals.Current, key, bytes, _tags, place, _time)
            ?? (_seals.Previous is { } previous ? SealedAnswer.Open(previous, key, bytes, _tags, place, _time) : null);
        return found is not null && found.IsCurrent && _time.GetElapsedTime(found.MadeAt) < ttl ? found : null;
    }

    /// <summary>Puts an answer there, without anybody waiting for it.</summary>
    /// <param name="place">Where.</param>
    /// <param name="key">Its canonical key.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="lifetime">Longer than the answer is given by itself, stale ones included: Redis tells of its end when nobody minds.</param>
    public void Store(SecondLevelPlace place, string key, Answer answer, TimeSpan lifetime)
    {
        // Also while nobody looks: the first look of a process that compiles as it goes takes 36 to 53 ms (of a native one 1 ms), and nobody waits here.
        if (!_watch.Invalidations.IsTracked)
            return;
        if (Interlocked.Increment(ref _storing) > MaxStoring)
        {
            Interlocked.Decrement(ref _storing);
            return;
        }

        // Not on this thread: somebody waits for the answer, and sealing reads all of it.
        ThreadPool.UnsafeQueueUserWorkItem(
            static state => _ = state.Second.StoreAsync(state.Place, state.Key, state.Answer, state.Lifetime),
            (Second: this, Place: place, Key: key, Answer: answer, Lifetime: lifetime), preferLocal: false);
    }

    /// <summary>
    /// Removes all answers of this household from there. Throws what the server or the way to it fails with. Answers that were on their way are waited for; those that begin now are of now.
    /// </summary>
    public async Task ForgetAsync(CancellationToken ct)
    {
        while (Storing > 0)
            await Task.Delay(StorePause, _time, ct).ConfigureAwait(false);
        var cursor = "0";
        do
        {
            cursor = await _redis.ExecuteAsync(
                new(Scan, ConnectionRole.Write, OperationRepeat.AfterFailure, ScanLimit),
                (_watch.Prefix, cursor),
                static async (connection, scan, ct) =>
                {
                    var (next, keys) = await connection.ExecuteAsync(
                        "SCAN", [scan.cursor, "MATCH", scan.Prefix + "*", "COUNT", 500], 0, static (reply, _) => Page(reply), ct).ConfigureAwait(false);
                    if (keys.Length > 0)
                        await connection.UnlinkAsync(keys, ct).ConfigureAwait(false);
                    return next;
                },
                ct).ConfigureAwait(false);
        }
        while (cursor != "0");
    }

    private static (string Next, RedisArgument[] Keys) Page(RespValue reply)
    {
        var (next, keys) = ("0", new List<RedisArgument>());
        var first = true;
        foreach (var part in reply)
        {
            if (first)
                next = part.AsText();
            else
                foreach (var key in part)
                    keys.Add(key.AsBytes().ToArray());
            first = false;
        }

        return (next, [.. keys]);
    }

    private static byte[]? Copy(RespValue reply) =>
        reply.Kind == RespKind.BulkString && reply.AsBytes() is { Length: <= SealedAnswer.MostBytes } bytes ? bytes.ToArray() : null;

    private async Task StoreAsync(SecondLevelPlace place, string key, Answer answer, TimeSpan lifetime)
    {
        try
        {
            if (!answer.IsCurrent || SealedAnswer.Seal(_seals.Current, key, answer, _time.GetUtcNow() - _time.GetElapsedTime(answer.MadeAt)) is not { } bytes)
                return;
            await _redis.ExecuteAsync(
                new(Put, ConnectionRole.Write, OperationRepeat.Never, StoreLimit),
                (place.RedisKey, Bytes: bytes, Lifetime: lifetime),
                static (connection, put, ct) => connection.SetAsync(put.RedisKey, put.Bytes, put.Lifetime, false, ct),
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            // Nobody waits; the next restart finds one answer less.
            LogNotStored(_logger, failure.Message);
        }
        finally
        {
            Interlocked.Decrement(ref _storing);
        }
    }

    private void Pause(Exception failure)
    {
        Volatile.Write(ref _pausedUntil, _time.GetTimestamp() + (long)(PauseAfterFailure.TotalSeconds * _time.TimestampFrequency));
        LogFailed(_logger, failure.Message);
    }

    [LoggerMessage(EventId = 5202, Level = LogLevel.Debug, Message = "An answer was not put into the second level: {Reason}")]
    private static partial void LogNotStored(ILogger logger, string reason);

    [LoggerMessage(EventId = 5201, Level = LogLevel.Debug, Message = "The second level is left alone for a second: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
