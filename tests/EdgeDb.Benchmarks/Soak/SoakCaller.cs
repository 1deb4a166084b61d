using System.Diagnostics;
using System.Net.Sockets;
using EdgeDb.Core.Connections;
using EdgeDb.Core.Storage;
using EdgeDb.Tests;
using Npgsql;

namespace EdgeDb.Benchmarks.Soak;

/// <summary>One of the callers: asks and writes with deadlines of 0.2 to 2 s, gives up now and then, and judges every answer.</summary>
internal sealed class SoakCaller(int key, int seed, IReadOnlyList<SoakTarget> targets, SoakGate gate, Lateness lateness, SoakViolations violations)
{
    /// <summary>How much later than its deadline a request may end on a machine at leisure.</summary>
    public static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(250);

    // PostgresOptions.CancelTimeout: who gives up before the deadline waits, within it, until the server has confirmed that it stopped the statement.
    private static readonly TimeSpan CancelTimeout = TimeSpan.FromMilliseconds(500);

    private const double CancelShare = 0.03;

    private readonly Random _random = new(seed);

    public async Task RunAsync(CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            await gate.PassAsync();
            var failed = await OneAsync(targets[_random.Next(100) switch { < 45 => 0, < 80 => 1, _ => 2 }]);
            // As a person or a page would: not at once, and later after a failure.
            await Task.Delay(TimeSpan.FromMilliseconds(failed ? _random.Next(20, 60) : _random.Next(2, 30)), TimeProvider.System, CancellationToken.None);
        }
    }

    private async Task<bool> OneAsync(SoakTarget target)
    {
        var timeout = TimeSpan.FromMilliseconds(_random.Next(200, 2000));
        using var leaving = new CancellationTokenSource();
        var bound = timeout;
        if (_random.NextDouble() < CancelShare)
        {
            var after = timeout * _random.NextDouble();
            leaving.CancelAfter(after);
            if (target is PostgresTarget)
                after += CancelTimeout;
            bound = after < timeout ? after : timeout;
        }

        var dice = _random.Next(100);
        var isWrite = dice is >= 60 and < 95;
        Exception? failure = null;
        var started = Stopwatch.GetTimestamp();
        try
        {
            if (isWrite)
                await WriteAsync(target, timeout, leaving.Token);
            else if (dice < 60)
                await ReadAsync(target, dice < 40 ? key : _random.Next(SoakTarget.Keys), timeout, leaving.Token);
            else
                await ReadAllAsync(target, timeout, leaving.Token);
        }
        catch (Exception e)
        {
            failure = e;
            if (!IsExpected(e, leaving.IsCancellationRequested, target))
                violations.Add($"unexpected {e.GetType().Name} at {target.Name}", e.ToString());
        }

        var now = Stopwatch.GetTimestamp();
        var over = isWrite && !target.BoundsWrites ? TimeSpan.Zero : Stopwatch.GetElapsedTime(started, now) - bound;
        target.Tally.Add(over, failure, over > Slack);
        if (over > Slack && over > Slack + lateness.Since(now - (long)(over.TotalSeconds * Stopwatch.Frequency)))
            violations.Add($"late at {target.Name}", $"{over.TotalMilliseconds:0} ms past {bound.TotalMilliseconds:0} ms, with {failure?.GetType().Name ?? "an answer"}: {failure?.Message}");
        if (failure is null)
            target.Succeeded(isWrite, started, now);
        return failure is not null;
    }

    private async ValueTask WriteAsync(SoakTarget target, TimeSpan timeout, CancellationToken ct)
    {
        var life = target.Life;
        var number = target.Ledger.Next(key);
        await target.WriteAsync(key, number, timeout, ct);
        if (target.Life == life)
            target.Ledger.Acknowledge(key, number, life);
    }

    private async ValueTask ReadAsync(SoakTarget target, int of, TimeSpan timeout, CancellationToken ct)
    {
        var life = target.Life;
        var floor = target.Ledger.Floor(of);
        var answer = await target.ReadAsync(of, timeout, ct);
        // Data that were lost before or while it was asked for need not be there.
        var least = answer.MayBeOld || floor.Life != life || target.Life != life ? 0 : floor.Number;
        if (target.Ledger.Judge(of, answer.Text, least) is { } wrong)
            violations.Add($"wrong answer at {target.Name}", wrong);
    }

    private async ValueTask ReadAllAsync(SoakTarget target, TimeSpan timeout, CancellationToken ct)
    {
        var texts = await target.ReadAllAsync(timeout, ct);
        for (var of = 0; of < texts.Length; of++)
            if (target.Ledger.Judge(of, texts[of], 0) is { } wrong)
                violations.Add($"wrong answer at {target.Name}", wrong);
    }

    private static bool IsExpected(Exception e, bool gaveUp, SoakTarget target) => e switch
    {
        OperationCanceledException => gaveUp || target is SqliteTarget,
        OperationTimeoutException or CircuitOpenException or PoolBusyException or ConnectionOpenException => true,
        PostgresFailureException or NpgsqlException => target is PostgresTarget,
        IOException or SocketException => target is not SqliteTarget,
        RedisException => target is RedisTarget,
        StorageBusyException => target is SqliteTarget,
        _ => false,
    };
}
