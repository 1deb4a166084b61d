using EdgeDb.Core.Connections;
using EdgeDb.Core.Storage;
using Xunit;

namespace EdgeDb.Core.Tests.Storage;

public sealed class TuningStoreTests : IAsyncDisposable
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private readonly TemporaryDatabase _folder = new();

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task An_entry_is_read_as_it_was_written_newest_first_in_pages()
    {
        var store = new TuningStore(await _folder.OpenAsync([.. Migrations.Embedded()]));
        var entries = Enumerable.Range(0, 5).Select(static i => Entry("size", 4 + i, TuningOutcome.NoEffect)).ToArray();
        foreach (var entry in entries)
            await store.AddAsync(entry, Ct);

        var first = await store.ListAsync(null, 3, Ct);
        var second = await store.ListAsync(first[^1].Id, 3, Ct);
        Assert.Equal(entries.Reverse(), first.Concat(second).Select(static row => row.Entry));
    }

    [Fact]
    public async Task What_holds_is_the_latest_value_that_was_kept_or_set_by_hand()
    {
        var store = new TuningStore(await _folder.OpenAsync([.. Migrations.Embedded()]));
        await store.AddAsync(Entry("size", 5, TuningOutcome.Kept), Ct);
        await store.AddAsync(Entry("size", 6, TuningOutcome.SetByHand), Ct);
        await store.AddAsync(Entry("size", 7, TuningOutcome.NoEffect), Ct);
        await store.AddAsync(Entry("idle", 2, TuningOutcome.Pinned), Ct);
        await store.AddAsync(Entry("size", 9, TuningOutcome.Kept) with { Subject = "another" }, Ct);
        Assert.Equal(6, Assert.Single(await store.HoldingAsync("database", Ct)).To);
    }

    [Fact]
    public async Task It_is_bounded_and_never_forgets_what_holds()
    {
        var store = new TuningStore(await _folder.OpenAsync([.. Migrations.Embedded()]));
        await store.AddAsync(Entry("size", 5, TuningOutcome.Kept), Ct);
        for (var i = 0; i < 11; i++)
            await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => store.AddAsync(Entry("idle", 1, TuningOutcome.NoEffect), Ct)));
        Assert.Equal(1001, (await store.ListAsync(null, 5000, Ct)).Count);
        Assert.Equal(5, Assert.Single(await store.HoldingAsync("database", Ct)).To);
    }

    [Fact]
    public async Task Overrides_are_remembered_with_what_is_left_of_them_whatever_the_clock_says()
    {
        var store = new TuningStore(await _folder.OpenAsync([.. Migrations.Embedded()]));
        var now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
        var pins = new[] { ("database", "size", new TuningPin(2.5, 4, now + TimeSpan.FromHours(2))) };
        await store.SetOverridesAsync(new TuningOverrides([("database", "idle", pins[0].Item3)], null), now, Ct);
        await store.SetOverridesAsync(new TuningOverrides(pins, now + TimeSpan.FromMinutes(30)), now, Ct);

        foreach (var (hours, left, frozen) in ((double, double, double)[])[(0, 2, 0.5), (0.75, 1.25, 0), (3, 0, 0), (-100_000, 2, 0.5)])
        {
            var read = await store.OverridesAsync(now + TimeSpan.FromHours(hours), Ct);
            Assert.Equal(("database", "size", 2.5, TimeSpan.FromHours(left)), Assert.Single(read.Pins));
            Assert.Equal(TimeSpan.FromHours(frozen), read.Frozen);
        }

        await store.SetOverridesAsync(new TuningOverrides([], null), now, Ct);
        Assert.Empty((await store.OverridesAsync(now, Ct)).Pins);
    }

    private static TuningEntry Entry(string tunable, double to, TuningOutcome outcome) => new(
        new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero), "database", tunable, "connections", 4, to, 3, outcome, "Because.", 12, -0.05, 0.001);
}
