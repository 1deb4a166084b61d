using System.Security.Cryptography;
using EdgeDb.Core.Caching;
using EdgeDb.Core.Pipeline;
using EdgeDb.Core.Storage;
using EdgeDb.Core.Tests.Storage;
using Xunit;

namespace EdgeDb.Core.Tests.Pipeline;

public sealed class SecondLevelStoreTests : IAsyncDisposable
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private readonly TemporaryDatabase _folder = new();
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(SealedAnswer.SecretBytes);
    private readonly CacheTags _tags = new();

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task What_was_handed_on_is_taken_once()
    {
        var database = await OpenAsync();
        Assert.Null(await SecondLevelStore.TakeAsync(database, Ct));
        _ = _tags.Get("topic/with space");
        _tags.Invalidate("topic/with space");
        _tags.Invalidate("unknown");
        await SecondLevelStore.SaveAsync(database, "1.2.3", _secret, _tags, Ct);
        await database.DisposeAsync();

        database = await OpenAsync();
        var left = await SecondLevelStore.TakeAsync(database, Ct);
        Assert.NotNull(left);
        Assert.Equal(("1.2.3", 2L), (left.Version, left.Tags.Now));
        Assert.Equal(_secret, left.Secret);
        Assert.Equal([KeyValuePair.Create("topic/with space", 1L)], left.Tags.Tags);
        Assert.Null(await SecondLevelStore.TakeAsync(database, Ct));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_commit_behind_it_or_beside_it_takes_it_back(bool sameGroup)
    {
        var database = await OpenAsync();
        if (sameGroup)
        {
            using var busy = new BusyWriter(database, Ct);
            var commit = ChangeAsync(database);
            var saving = SaveAsync(database);
            busy.Release();
            await Task.WhenAll(busy.Write, commit, saving);
        }
        else
        {
            await SaveAsync(database);
            await ChangeAsync(database);
        }

        await database.DisposeAsync();
        Assert.Null(await SecondLevelStore.TakeAsync(await OpenAsync(), Ct));
    }

    [Fact]
    public async Task A_write_that_changes_nothing_of_the_household_leaves_it()
    {
        var database = await OpenAsync();
        await SaveAsync(database);
        await RuntimeSettingStore.SetAsync(database, "cache.ttl", "1s", Ct);
        await database.DisposeAsync();
        Assert.NotNull(await SecondLevelStore.TakeAsync(await OpenAsync(), Ct));
    }

    [Fact]
    public async Task A_household_keeps_its_name_and_no_two_have_the_same()
    {
        var database = await OpenAsync();
        var name = await SecondLevelStore.HouseholdAsync(database, Ct);
        Assert.Equal(name, await SecondLevelStore.HouseholdAsync(database, Ct));
        await using var other = new TemporaryDatabase();
        Assert.NotEqual(name, await SecondLevelStore.HouseholdAsync(await other.OpenAsync([.. Migrations.Embedded()]), Ct));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1\nnot hex\n5\n")]
    [InlineData("1\nSECRET\n-5\n")]
    [InlineData("1\nSECRET\n5\nx topic\n")]
    [InlineData("1\nSECRET\n5\n7\n")]
    public void Text_that_is_no_state_is_none(string text) =>
        Assert.Null(SecondLevelState.Parse(text.Replace("SECRET", Convert.ToHexStringLower(_secret), StringComparison.Ordinal)));

    [Fact]
    public void A_tag_that_is_not_handed_on_counts_as_invalidated_at_the_end()
    {
        string[] names = ["kept", "with\nline", new string('x', 1000)];
        foreach (var name in names)
            _ = _tags.Get(name);
        var started = _tags.Now;
        _tags.Invalidate("other");

        var next = new CacheTags();
        next.Restore(SecondLevelState.Parse(new SecondLevelState("1", _secret, _tags.Save(10)).Format())!.Tags);
        Assert.Equal([true, false, false], names.Select(name => CacheTag.AllHold([next.Get(name)], started)));
        Assert.Throws<InvalidOperationException>(() => next.Restore(new(0, [])));
    }

    private Task<SqliteDatabase> OpenAsync() => _folder.OpenAsync([.. Migrations.Embedded()]);

    private Task SaveAsync(SqliteDatabase database) => SecondLevelStore.SaveAsync(database, "1", _secret, _tags, Ct);

    private static Task<int> ChangeAsync(SqliteDatabase database) => database.WriteAsync(
        0,
        static (session, _) =>
        {
            session.Touch("members");
            return session.Execute("INSERT INTO setting (name, value) VALUES ('changed', '1')");
        },
        Ct);
}
