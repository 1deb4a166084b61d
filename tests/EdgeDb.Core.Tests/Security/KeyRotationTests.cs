using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeDb.Core.Tests.Security;

public sealed class KeyRotationTests
{
    // More than are sealed anew in one write.
    private const int Feeds = 230;
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Every_value_is_sealed_anew_before_the_old_key_goes()
    {
        await using var keys = await FilledAsync();
        var before = await AddressesAsync(keys);
        var rotation = Rotation(keys, TimeSpan.Zero);
        await rotation.BeginAsync(None);
        Assert.Equal([1, 2], await NumbersAsync(keys));
        Assert.Null(await rotation.ContinueAsync(None));

        Assert.False(rotation.IsUnderWay);
        Assert.Equal([2], await NumbersAsync(keys));
        await keys.ReopenAsync();
        var after = await AddressesAsync(keys);
        Assert.Equal(Feeds, after.Count);
        Assert.All(after, pair =>
        {
            Assert.Equal($"https://example.org/{pair.Key}.ics", keys.Ring.OpenText(KeyPurpose.Secret, "feed.address/" + pair.Key, pair.Value));
            Assert.NotEqual(before[pair.Key], pair.Value);
            Assert.Throws<SealBrokenException>(() => keys.Ring.OpenText(KeyPurpose.Secret, "feed.address/" + pair.Key, before[pair.Key]));
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_kill_between_two_steps_loses_nothing_and_the_next_start_goes_on(int passes)
    {
        await using var keys = await FilledAsync();
        var rotation = Rotation(keys, TimeSpan.FromMinutes(10));
        await rotation.BeginAsync(None);
        for (var pass = 0; pass < passes; pass++)
            await rotation.ContinueAsync(None);

        await keys.ReopenAsync();
        Assert.True(keys.Ring.HasRetired);
        Assert.All(await AddressesAsync(keys), pair => keys.Ring.OpenText(KeyPurpose.Secret, "feed.address/" + pair.Key, pair.Value));
        Assert.Null(await Rotation(keys, TimeSpan.FromMinutes(10)).ContinueAsync(None));
        Assert.Equal([2], await NumbersAsync(keys));
        Assert.All(await AddressesAsync(keys), pair => keys.Ring.OpenText(KeyPurpose.Secret, "feed.address/" + pair.Key, pair.Value));
    }

    [Fact]
    public async Task A_place_that_fails_keeps_the_old_key_alive()
    {
        await using var keys = await FilledAsync();
        var file = new FailingPlace();
        keys.Ring.Add(file);
        var rotation = Rotation(keys, TimeSpan.Zero);
        await rotation.BeginAsync(None);
        await Assert.ThrowsAsync<IOException>(() => rotation.ContinueAsync(None));
        Assert.Equal([1, 2], await NumbersAsync(keys));
        file.Fails = false;
        Assert.Null(await rotation.ContinueAsync(None));
        Assert.Equal([2], await NumbersAsync(keys));
    }

    [Fact]
    public async Task A_value_that_was_sealed_before_and_stored_during_the_rotation_is_found()
    {
        await using var keys = await FilledAsync();
        var late = keys.Ring.SealText(KeyPurpose.Secret, "feed.address/1000", "https://example.org/1000.ics");
        var rotation = Rotation(keys, TimeSpan.FromMinutes(10));
        await rotation.BeginAsync(None);
        Assert.Equal(TimeSpan.FromMinutes(10), await rotation.ContinueAsync(None));
        await InsertAsync(keys, "1000", late);
        keys.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Null(await rotation.ContinueAsync(None));
        Assert.Equal("https://example.org/1000.ics", keys.Ring.OpenText(KeyPurpose.Secret, "feed.address/1000", (await AddressesAsync(keys))["1000"]));
    }

    [Fact]
    public async Task A_value_that_does_not_open_holds_up_nothing_and_stays_as_it_is()
    {
        await using var keys = await FilledAsync();
        await InsertAsync(keys, "broken", "sealed:AAAA");
        var rotation = Rotation(keys, TimeSpan.Zero);
        await rotation.BeginAsync(None);
        Assert.Null(await rotation.ContinueAsync(None));
        var after = await AddressesAsync(keys);
        Assert.True(after.Remove("broken", out var broken));
        Assert.Equal("sealed:AAAA", broken);
        Assert.All(after, pair => keys.Ring.OpenText(KeyPurpose.Secret, "feed.address/" + pair.Key, pair.Value));
    }

    [Fact]
    public async Task Numbers_of_keys_are_never_used_twice()
    {
        await using var keys = await FilledAsync();
        for (var i = 0; i < 3; i++)
        {
            var rotation = Rotation(keys, TimeSpan.Zero);
            await rotation.BeginAsync(None);
            await rotation.ContinueAsync(None);
        }

        Assert.Equal([4], await NumbersAsync(keys));
    }

    private static async Task<TemporaryKeys> FilledAsync()
    {
        var keys = await TemporaryKeys.StartAsync();
        await keys.Ring.ReadyAsync(KeyPurpose.Secret, None);
        for (var i = 0; i < Feeds; i++)
            await InsertAsync(keys, $"{i}", keys.Ring.SealText(KeyPurpose.Secret, $"feed.address/{i}", $"https://example.org/{i}.ics"));
        return keys;
    }

    private static KeyRotation Rotation(TemporaryKeys keys, TimeSpan grace) => new(keys.Ring, keys.Database, grace, keys.Time, NullLogger.Instance);

    private static Task<int> InsertAsync(TemporaryKeys keys, string id, string address) => keys.Database.WriteAsync(
        (id, address),
        static (session, feed) =>
        {
            session.Prepare("INSERT INTO calendar (id, name, color, kind) VALUES (?1, 'Feed', '#000000', 'feed')").Bind(1, feed.id).Execute();
            return session.Prepare("INSERT INTO feed (id, calendar_id, address, next_attempt_at) VALUES (?1, ?1, ?2, 0)").Bind(1, feed.id).Bind(2, feed.address).Execute();
        },
        None);

    private static ValueTask<Dictionary<string, string>> AddressesAsync(TemporaryKeys keys) => keys.Database.ReadAsync(
        0,
        static (session, _) =>
        {
            var addresses = new Dictionary<string, string>(StringComparer.Ordinal);
            var rows = session.Prepare("SELECT id, address FROM feed");
            while (rows.Step())
                addresses.Add(rows.Text(0)!, rows.Text(1)!);
            return addresses;
        },
        None);

    private static ValueTask<List<long>> NumbersAsync(TemporaryKeys keys) => keys.Database.ReadAsync(
        0,
        static (session, _) =>
        {
            var numbers = new List<long>();
            var rows = session.Prepare("SELECT id FROM data_key ORDER BY id");
            while (rows.Step())
                numbers.Add(rows.Int64(0));
            return numbers;
        },
        None);

    private sealed class FailingPlace : ISealedPlace
    {
        public bool Fails { get; set; } = true;

        public string Name => "file";

        public Task<int> SealAnewAsync(KeyRing keys, SqliteDatabase database, CancellationToken ct) =>
            Fails ? throw new IOException("The disk is away.") : Task.FromResult(0);
    }
}
