using EdgeDb.Core.Pipeline;
using Xunit;

namespace EdgeDb.Core.Tests.Pipeline;

public sealed class BatcherTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly ManualTimeProvider _time = new();
    private readonly List<(int[] Keys, TaskCompletionSource Release)> _rounds = [];
    private readonly Batcher<int, string> _batcher;

    public BatcherTests() =>
        _batcher = new(PipelineTestSettings.Live(), _time, async (keys, _) =>
        {
            var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_rounds)
                _rounds.Add(([.. keys.Order()], release));
            await release.Task;
            return keys.Where(static key => key >= 0).ToDictionary(static key => key, static key => $"answer {key}");
        });

    [Fact]
    public async Task One_who_comes_while_nothing_runs_is_served_at_once_and_alone()
    {
        var alone = _batcher.GetAsync(1, None);
        Assert.Equal([1], Assert.Single(_rounds).Keys);
        _rounds[0].Release.SetResult();
        Assert.Equal("answer 1", await alone);
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Fact]
    public async Task Those_who_come_while_something_runs_share_the_next_round_each_key_once()
    {
        var first = _batcher.GetAsync(1, None);
        var others = new[] { 2, 3, 2, 4 }.Select(key => _batcher.GetAsync(key, None)).ToList();
        Assert.Single(_rounds);

        _rounds[0].Release.SetResult();
        await first;
        await UntilAsync(() => _rounds.Count == 2);
        Assert.Equal([2, 3, 4], _rounds[1].Keys);
        _rounds[1].Release.SetResult();
        Assert.Equal((string[])["answer 2", "answer 3", "answer 2", "answer 4"], (await Task.WhenAll(others))!);
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Fact]
    public async Task A_full_round_does_not_wait_for_the_running_one()
    {
        _ = _batcher.GetAsync(0, None);
        var ten = Enumerable.Range(1, 10).Select(key => _batcher.GetAsync(key, None)).ToList();
        Assert.Equal(2, _rounds.Count);
        Assert.Equal(Enumerable.Range(1, 10), _rounds[1].Keys);
        _rounds[1].Release.SetResult();
        await Task.WhenAll(ten);
        Assert.False(_rounds[0].Release.Task.IsCompleted);
    }

    [Fact]
    public async Task Nobody_waits_for_company_longer_than_the_ceiling()
    {
        _ = _batcher.GetAsync(1, None);
        var second = _batcher.GetAsync(2, None);
        _time.Advance(TimeSpan.FromMilliseconds(49));
        Assert.Single(_rounds);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal([2], _rounds[1].Keys);
        _rounds[1].Release.SetResult();
        Assert.Equal("answer 2", await second);
    }

    [Fact]
    public async Task A_failure_reaches_all_of_its_round_and_no_other()
    {
        var first = _batcher.GetAsync(1, None);
        var (second, third) = (_batcher.GetAsync(2, None), _batcher.GetAsync(3, None));
        _rounds[0].Release.SetResult();
        await first;
        await UntilAsync(() => _rounds.Count == 2);
        _rounds[1].Release.SetException(new InvalidOperationException("broken"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => second);
        await Assert.ThrowsAsync<InvalidOperationException>(() => third);

        var again = _batcher.GetAsync(2, None);
        await UntilAsync(() => _rounds.Count == 3);
        _rounds[2].Release.SetResult();
        Assert.Equal("answer 2", await again);
    }

    [Fact]
    public async Task One_who_leaves_does_not_take_the_others_along_and_a_missing_key_has_no_answer()
    {
        var first = _batcher.GetAsync(1, None);
        using var leaving = new CancellationTokenSource();
        var (leaver, stays, missing) = (_batcher.GetAsync(2, leaving.Token), _batcher.GetAsync(3, None), _batcher.GetAsync(-1, None));
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaver);
        _rounds[0].Release.SetResult();
        await first;
        await UntilAsync(() => _rounds.Count == 2);
        _rounds[1].Release.SetResult();
        Assert.Equal("answer 3", await stays);
        Assert.Null(await missing);
    }

    private async Task UntilAsync(Func<bool> condition)
    {
        while (true)
        {
            lock (_rounds)
                if (condition())
                    return;
            await Task.Yield();
        }
    }
}
