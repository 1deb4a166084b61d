using System.Text;
using EdgeDb.Core.Access;
using EdgeDb.Core.Household;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;
using EdgeDb.Core.Tests.Storage;
using Xunit;

namespace EdgeDb.Core.Tests.Household;

public sealed class FeedAddressSealTests : IAsyncDisposable
{
    private const string Secret = "private-7f3a9c";
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly TemporaryDatabase _folder = new();

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task An_address_is_nowhere_in_the_data_folder_and_masked_for_people()
    {
        var database = await _folder.OpenAsync([.. Migrations.Embedded()]);
        var household = await _folder.HouseholdAsync(database);
        await household.Feeds.AddAsync(Address(), null, null, null, null, Actor.Everything, None);
        await database.DisposeAsync();
        AssertNowhere();

        database = await _folder.OpenAsync([.. Migrations.Embedded()]);
        household = await _folder.HouseholdAsync(database);
        var feed = (await household.Feeds.ListAsync(Sight.Everything, None)).Single();
        Assert.Equal(Address().Value, household.Feeds.AddressOf(feed).Value);
        Assert.DoesNotContain(Secret, household.Feeds.MaskedAddress(feed), StringComparison.Ordinal);
        Assert.Equal(HouseholdError.Conflict, (await Assert.ThrowsAsync<HouseholdException>(() => household.Feeds.AddAsync(Address(), null, null, null, null, Actor.Everything, None))).Error);
    }

    [Fact]
    public async Task One_of_an_older_version_is_sealed_at_the_next_start_and_leaves_no_trace()
    {
        var database = await _folder.OpenAsync([.. Migrations.Embedded()]);
        var household = await _folder.HouseholdAsync(database);
        var id = (await household.Feeds.AddAsync(Address(), null, null, null, null, Actor.Everything, None)).Id;
        await database.WriteAsync(
            (id, Address().Value), static (session, feed) => session.Prepare("UPDATE feed SET address = ?2 WHERE id = ?1").Bind(1, feed.id).Bind(2, feed.Value).Execute(), None);
        await database.DisposeAsync();
        Assert.Throws<Xunit.Sdk.FalseException>(AssertNowhere);

        database = await _folder.OpenAsync([.. Migrations.Embedded()]);
        household = await _folder.HouseholdAsync(database);
        await household.Feeds.SealAddressesAsync(None);
        Assert.Equal(Address().Value, household.Feeds.AddressOf((await household.Feeds.ListAsync(Sight.Everything, None)).Single()).Value);
        await database.DisposeAsync();
        AssertNowhere();
    }

    [Fact]
    public async Task One_that_does_not_open_hides_neither_its_feed_nor_the_others()
    {
        var database = await _folder.OpenAsync([.. Migrations.Embedded()]);
        var household = await _folder.HouseholdAsync(database);
        var lost = await household.Feeds.AddAsync(Address(), null, null, null, null, Actor.Everything, None);
        await database.WriteAsync(lost.Id, static (session, id) => session.Prepare("UPDATE feed SET address = 'sealed:AAAA' WHERE id = ?1").Bind(1, id).Execute(), None);
        await household.Feeds.AddAsync(Address(), null, null, null, null, Actor.Everything, None);
        Assert.Equal(
            [FeedStore.LostAddress, "https://example.org/…/….ics"], (await household.Feeds.ListAsync(Sight.Everything, None)).Select(household.Feeds.MaskedAddress));
        Assert.Throws<SealBrokenException>(() => household.Feeds.AddressOf(lost with { SealedAddress = "sealed:AAAA" }));
    }

    private static FeedAddress Address() => FeedAddress.Parse($"https://example.org/{Secret}/family.ics", "address", allowFile: false);

    private void AssertNowhere()
    {
        foreach (var path in Directory.GetFiles(_folder.Folder, "*", SearchOption.AllDirectories))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(file, Encoding.Latin1);
            Assert.False(reader.ReadToEnd().Contains(Secret, StringComparison.Ordinal), $"'{Secret}' is in {path}");
        }
    }
}
