using EdgeDb.Core.Pipeline;
using EdgeDb.Core.Settings;
using Xunit;

namespace EdgeDb.Core.Tests.Pipeline;

public sealed class SecondLevelWatchTests
{
    private static readonly byte[] Key = "edgedb:test:1"u8.ToArray();

    private readonly ManualTimeProvider _time = new();
    private readonly Live<PipelineSettings> _settings = PipelineTestSettings.Live();
    private readonly SecondLevelWatch _watch;

    public SecondLevelWatchTests() => _watch = new("test", _settings, _time);

    private TimeSpan Limit => _settings.Current.TtlWithoutSecondLevel;

    [Fact]
    public void While_tracked_an_answer_holds_until_its_key_is_told_of()
    {
        _watch.Invalidations.Connected();
        var made = Made();
        _time.Advance(TimeSpan.FromHours(1));
        Assert.True(made());
        _watch.Invalidations.Change(Key);
        Assert.False(made());
        Assert.True(Made()());
    }

    [Fact]
    public void A_flush_ends_all_answers()
    {
        _watch.Invalidations.Connected();
        var made = Made();
        _watch.Invalidations.ChangeEverything();
        Assert.False(made());
        Assert.True(Made()());
    }

    [Fact]
    public void From_a_loss_on_answers_hold_for_a_short_time_and_none_of_them_longer()
    {
        _watch.Invalidations.Connected();
        var before = Made();
        _time.Advance(TimeSpan.FromHours(1));
        _watch.Invalidations.Lost();
        Assert.True(before());
        _time.Advance(Limit / 2);
        var after = Made();
        _time.Advance(Limit / 2);
        Assert.False(before());
        Assert.True(after());
        _time.Advance(Limit / 2);
        Assert.False(after());
    }

    [Fact]
    public void What_was_told_before_a_loss_does_not_come_back_with_it()
    {
        _watch.Invalidations.Connected();
        var changed = Made();
        _watch.Invalidations.Change(Key);
        var flushed = Made();
        _watch.Invalidations.ChangeEverything();
        _watch.Invalidations.Lost();
        Assert.False(changed());
        Assert.False(flushed());
    }

    [Fact]
    public void A_connection_that_is_tracked_again_ends_what_nobody_has_watched_meanwhile()
    {
        _watch.Invalidations.Connected();
        var before = Made();
        _watch.Invalidations.Lost();
        var meanwhile = Made();
        _watch.Invalidations.Connected();
        Assert.False(before());
        Assert.False(meanwhile());
        // Nor does the next loss bring them back.
        _watch.Invalidations.Lost();
        Assert.False(before());
        Assert.False(meanwhile());
    }

    [Fact]
    public void Before_the_first_connection_answers_hold_for_a_short_time()
    {
        var made = Made();
        Assert.True(made());
        _time.Advance(Limit);
        Assert.False(made());
    }

    private Func<bool> Made()
    {
        var (read, at) = (_watch.Invalidations.BeginRead(Key), _time.GetTimestamp());
        return () => _watch.Trusts(read, at);
    }
}
