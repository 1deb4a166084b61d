using EdgeDb.Core.Access;
using EdgeDb.Core.Household;
using EdgeDb.Core.Storage;
using EdgeDb.Core.Tests.Storage;
using Xunit;

namespace EdgeDb.Core.Tests.Household.Notices;

public sealed class NoticeStoreTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TemporaryDatabase _folder = new();
    private HouseholdServices _household = null!;
    private string _ben = null!;
    private string _mia = null!;

    public async ValueTask InitializeAsync()
    {
        _household = await _folder.HouseholdAsync(await _folder.OpenAsync([.. Migrations.Embedded()]));
        _ben = (await _household.Store.AddMemberAsync("Ben", null, None)).Id;
        _mia = (await _household.Store.AddMemberAsync("Mia", null, None)).Id;
    }

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task A_notice_is_shown_for_a_week_unless_it_says_otherwise()
    {
        var now = _folder.Time.GetUtcNow().ToUnixTimeSeconds();
        await AddAsync("a week");
        await AddAsync("an hour", now + 3_600);

        Assert.Equal(["a week", "an hour"], await ShownAsync());
        _folder.Time.SetUtcNow(_folder.Time.GetUtcNow().AddHours(1));
        Assert.Equal(["a week"], await ShownAsync());
        _folder.Time.SetUtcNow(_folder.Time.GetUtcNow().AddDays(7));
        Assert.Empty(await ShownAsync());
        await AssertRefusedAsync(HouseholdError.Invalid, () => AddAsync("past", now));
        await AssertRefusedAsync(HouseholdError.Invalid, () => AddAsync("too far", now + (400 * 86_400L)));
    }

    [Fact]
    public async Task A_child_changes_what_it_wrote_and_adults_change_everything()
    {
        var (hers, his) = (await _household.Notices.AddAsync("hers", null, null, Child(), None), await _household.Notices.AddAsync("his", null, null, Adult(), None));
        Assert.Equal((_mia, _ben), (hers.MemberId, his.MemberId));

        await _household.Notices.ChangeAsync(hers.Id, "hers, better", "#AABBCC", null, 1, Child(), None);
        await AssertRefusedAsync(HouseholdError.Forbidden, () => _household.Notices.ChangeAsync(his.Id, "x", null, null, null, Child(), None));
        await AssertRefusedAsync(HouseholdError.VersionMismatch, () => _household.Notices.DeleteAsync(hers.Id, 1, Adult(), None));
        await _household.Notices.DeleteAsync(his.Id, null, Adult(), None);
        await AssertRefusedAsync(HouseholdError.NotFound, () => _household.Notices.RestoreAsync(his.Id, Child(), None));
        await _household.Notices.RestoreAsync(his.Id, Adult(), None);

        Assert.Equal(["hers, better", "his"], await ShownAsync());
        await _household.Store.DeleteMemberAsync(_ben, null, None);
        Assert.Null((await _household.Notices.ListAsync(None))[1].MemberId);
    }

    [Fact]
    public async Task The_board_is_bounded_and_what_is_long_gone_is_forgotten()
    {
        var first = await AddAsync("0");
        for (var i = 1; i < 100; i++)
            await AddAsync("n");
        await AssertRefusedAsync(HouseholdError.LimitReached, () => AddAsync("one more"));

        await _household.Notices.DeleteAsync(first.Id, null, Actor.Everything, None);
        _folder.Time.SetUtcNow(_folder.Time.GetUtcNow().AddDays(31));
        await _household.Notices.EmptyTrashAsync(None);
        await AssertRefusedAsync(HouseholdError.NotFound, () => _household.Notices.RestoreAsync(first.Id, Actor.Everything, None));
    }

    private Actor Child() => new(Sight.Of(Role.Child, _mia), OwnOnly: true);

    private Actor Adult() => new(Sight.Of(Role.Adult, _ben), OwnOnly: false);

    private Task<Notice> AddAsync(string text, long? expiresAt = null) => _household.Notices.AddAsync(text, null, expiresAt, Actor.Everything, None);

    private async Task<IEnumerable<string>> ShownAsync() => (await _household.Notices.ListAsync(None)).Select(static n => n.Text);

    private static async Task AssertRefusedAsync(HouseholdError error, Func<Task> act) => Assert.Equal(error, (await Assert.ThrowsAsync<HouseholdException>(act)).Error);
}
