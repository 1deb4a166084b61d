using System.Buffers;
using System.Text;
using EdgeDb.Core.Connections;
using EdgeDb.Core.Pipeline;
using EdgeDb.Core.Tests.Connections.Redis;
using Xunit;

namespace EdgeDb.Core.Tests.Pipeline;

public sealed class SecondLevelTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly ManualTimeProvider _time = new();
    private readonly Counter _source = new(AnswerPolicy.Default);
    private RedisServer _server = null!;
    private SecondLevelNode _node = null!;
    private RedisConnection _other = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _other = await _server.OpenAsync();
        await BeginAsync(null);
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        await _other.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task The_next_run_finds_what_the_last_one_has_made()
    {
        _source.Tag = "topic";
        var made = await AskedAsync();
        _time.Advance(TimeSpan.FromSeconds(100));
        await RestartAsync();

        var found = await AskAsync();
        Assert.Equal((AnswerOrigin.SecondLevel, "k 1"), (found.Origin, SecondLevelNode.Text(found)));
        Assert.Equal((made.Answer.Plain.EntityTag, made.Answer.ContentType), (found.Answer.Plain.EntityTag, found.Answer.ContentType));
        Assert.Equal(AnswerOrigin.Hit, (await AskAsync()).Origin);

        // Its time has begun in the last run.
        _time.Advance(_node.Settings.Current.CacheTtl - TimeSpan.FromSeconds(100));
        Assert.Equal(AnswerOrigin.Stale, (await AskAsync()).Origin);
    }

    [Fact]
    public async Task After_a_power_cut_nothing_of_the_last_run_is_given()
    {
        await AskedAsync();
        await _node.DisposeAsync();
        await BeginAsync(null);
        Assert.Equal(AnswerOrigin.Made, (await AskAsync()).Origin);
    }

    [Fact]
    public async Task Of_the_run_before_the_last_nothing_is_given()
    {
        await AskedAsync();
        await RestartAsync();
        await RestartAsync();
        Assert.Equal(AnswerOrigin.Made, (await AskAsync()).Origin);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_commit_is_the_end_of_what_it_changes_in_this_run_and_the_next(bool restart)
    {
        _source.Tag = "topic";
        await AskedAsync();
        _node.Commit("topic");
        if (restart)
            await RestartAsync();
        var made = await AskAsync();
        Assert.Equal((AnswerOrigin.Made, "k 2"), (made.Origin, SecondLevelNode.Text(made)));
    }

    [Fact]
    public async Task A_commit_of_something_else_is_not()
    {
        _source.Tag = "topic";
        await AskedAsync();
        _node.Commit("other");
        await RestartAsync();
        Assert.Equal(AnswerOrigin.SecondLevel, (await AskAsync()).Origin);
    }

    [Theory]
    [InlineData("UNLINK")]
    [InlineData("SET")]
    [InlineData("FLUSHALL")]
    public async Task What_another_client_does_to_a_key_ends_the_answer_in_memory(string command)
    {
        await AskedAsync();
        Assert.Equal(AnswerOrigin.Hit, (await AskAsync()).Origin);

        var key = _node.Second.PlaceOf("k").RedisKey;
        await (command switch
        {
            "SET" => _other.ExecuteAsync("SET", [key, "anything"], 0, static (_, _) => 0, None),
            "UNLINK" => _other.ExecuteAsync("UNLINK", [key], 0, static (_, _) => 0, None),
            _ => _other.ExecuteAsync(command, [], 0, static (_, _) => 0, None),
        });
        await _node.ToldAsync();
        var made = await AskAsync();
        Assert.Equal((AnswerOrigin.Made, "k 2"), (made.Origin, SecondLevelNode.Text(made)));
    }

    [Fact]
    public async Task Who_goes_without_the_second_level_does_not_even_look_for_the_place_of_a_key_there()
    {
        var without = await _node.AskAsync(_source, "without", PipelineFeatures.All & ~PipelineFeatures.SecondLevel);
        var with = await _node.AskAsync(_source, "with");
        Assert.Equal(default, without.Answer.Read);
        Assert.NotEqual(default, with.Answer.Read);
        // What Redis does not vouch for is made anew for one who asks it.
        Assert.Equal(AnswerOrigin.Hit, (await _node.AskAsync(_source, "without", PipelineFeatures.All & ~PipelineFeatures.SecondLevel)).Origin);
        Assert.Equal(AnswerOrigin.Made, (await _node.AskAsync(_source, "without")).Origin);
    }

    [Fact]
    public async Task An_answer_of_the_moment_is_kept_without_the_second_level_which_never_has_it()
    {
        var source = new Counter(AnswerPolicy.OfTheMoment);
        Assert.Equal(AnswerOrigin.Made, (await _node.AskAsync(source, "k")).Origin);
        Assert.Equal(AnswerOrigin.Hit, (await _node.AskAsync(source, "k")).Origin);
    }

    [Fact]
    public async Task Without_Redis_answers_go_on_for_a_short_time_and_its_return_ends_them()
    {
        await AskedAsync();
        await _server.KillAsync();
        await Eventually.IsTrueAsync(() => !_node.Watch.Invalidations.IsTracked, "the loss is noticed");
        Assert.Equal(AnswerOrigin.Hit, (await AskAsync()).Origin);

        _time.Advance(_node.Settings.Current.TtlWithoutSecondLevel);
        Assert.Equal(AnswerOrigin.Made, (await AskAsync()).Origin);
        Assert.Equal(AnswerOrigin.Hit, (await AskAsync()).Origin);

        await _server.StartAgainAsync();
        await _node.ConnectedAsync();
        Assert.Equal(AnswerOrigin.Made, (await AskAsync()).Origin);
        Assert.Equal(AnswerOrigin.Hit, (await AskAsync()).Origin);
        _time.Advance(2 * _node.Settings.Current.TtlWithoutSecondLevel);
        Assert.Equal(AnswerOrigin.Hit, (await AskAsync()).Origin);
    }

    [Fact]
    public async Task After_a_connection_was_cut_answers_are_confirmed_by_what_Redis_still_holds()
    {
        await AskedAsync();
        var resets = _node.Watch.Invalidations.Resets;
        await _other.ExecuteAsync("CLIENT", ["KILL", "TYPE", "normal", "SKIPME", "yes"], 0, static (_, _) => 0, None);
        await Eventually.IsTrueAsync(() => _node.Watch.Invalidations.Resets >= resets + 2 && _node.Watch.Invalidations.IsTracked, "it is tracked again");
        Assert.Equal(AnswerOrigin.SecondLevel, (await AskAsync()).Origin);
        Assert.Equal(AnswerOrigin.Hit, (await AskAsync()).Origin);
    }

    [Fact]
    public async Task A_Redis_that_hangs_is_left_alone_and_answers_are_made()
    {
        await _node.DisposeAsync();
        await BeginAsync(null, SecondLevel.LookLimit);
        _server.Freeze();
        try
        {
            Assert.Equal(AnswerOrigin.Made, (await AskAsync()).Origin);
            Assert.Equal(AnswerOrigin.Made, (await _node.AskAsync(_source, "other")).Origin);
        }
        finally
        {
            _server.Thaw();
        }
    }

    [Fact]
    public async Task Switched_off_nothing_goes_there_and_nothing_is_asked()
    {
        const PipelineFeatures Off = PipelineFeatures.All & ~PipelineFeatures.SecondLevel;
        await _node.AskAsync(_source, "k", Off);
        await _node.StoredAsync();
        Assert.Equal(0, await KeysAsync());

        await _other.ExecuteAsync("FLUSHALL", [], 0, static (_, _) => 0, None);
        await _node.ToldAsync();
        Assert.Equal(AnswerOrigin.Hit, (await _node.AskAsync(_source, "k", Off)).Origin);
    }

    [Fact]
    public async Task What_shows_the_time_of_day_or_is_too_large_stays_here()
    {
        await _node.AskAsync(new Counter(AnswerPolicy.OfTheMoment), "moment");
        _source.Padding = RandomBytes(SealedAnswer.MostBytes);
        await AskedAsync();
        Assert.Equal(0, await KeysAsync());
    }

    [Fact]
    public async Task A_long_answer_is_compressed_and_comes_back_whole()
    {
        _source.Padding = new byte[120_000];
        var made = await AskedAsync();
        Assert.InRange(await SizeAsync(), 1, 5000);
        await RestartAsync();
        var found = await AskAsync();
        Assert.Equal(AnswerOrigin.SecondLevel, found.Origin);
        Assert.Equal(SecondLevelNode.Text(made), SecondLevelNode.Text(found));

        // What cannot be made shorter goes as it is.
        _source.Padding = RandomBytes(100_000);
        var random = await _node.AskAsync(_source, "random");
        await RestartAsync();
        found = await _node.AskAsync(_source, "random");
        Assert.Equal(AnswerOrigin.SecondLevel, found.Origin);
        Assert.Equal(random.Answer.Plain.Body.ToArray(), found.Answer.Plain.Body.ToArray());
    }

    [Fact]
    public async Task Its_key_outlives_every_use_so_that_its_end_disturbs_nobody()
    {
        await AskedAsync();
        var left = await _other.ExecuteAsync("PTTL", [_node.Second.PlaceOf("k").RedisKey], 0, static (reply, _) => reply.AsInt64(), None);
        var settings = _node.Settings.Current;
        var used = settings.CacheTtl + settings.StaleWhileRevalidate;
        Assert.InRange(TimeSpan.FromMilliseconds(left), used - TimeSpan.FromSeconds(60), used);
    }

    private async Task BeginAsync(string? left, TimeSpan? lookLimit = null)
    {
        _node = new(_server, "test", _time, left, lookLimit);
        await _node.ConnectedAsync();
    }

    private async Task RestartAsync() => await BeginAsync(await _node.EndAsync());

    private ValueTask<AnswerResult> AskAsync() => _node.AskAsync(_source, "k");

    private async Task<AnswerResult> AskedAsync()
    {
        var asked = await AskAsync();
        Assert.Equal(AnswerOrigin.Made, asked.Origin);
        await _node.StoredAsync();
        return asked;
    }

    private ValueTask<long> KeysAsync() => _other.ExecuteAsync("DBSIZE", [], 0, static (reply, _) => reply.AsInt64(), None);

    private ValueTask<long> SizeAsync() => _other.ExecuteAsync("STRLEN", [_node.Second.PlaceOf("k").RedisKey], 0, static (reply, _) => reply.AsInt64(), None);

    private static byte[] RandomBytes(int length)
    {
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    private sealed class Counter(AnswerPolicy policy) : AnswerSource("test", policy)
    {
        private int _made;

        public string Tag { get; set; } = "topic";

        public byte[] Padding { get; set; } = [];

        public override ValueTask MakeAsync(string key, AnswerBuilder answer, CancellationToken ct)
        {
            answer.DependsOn(Tag);
            answer.Body.Write(Encoding.UTF8.GetBytes($"{key} {Interlocked.Increment(ref _made)}"));
            answer.Body.Write(Padding);
            return default;
        }
    }
}
