using System.Text;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;
using Xunit;

namespace EdgeDb.Core.Tests.Security;

public sealed class KeyRingTests
{
    private const string Place = "feed.address/1";
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task What_was_sealed_opens_after_a_restart_and_is_not_in_the_file()
    {
        await using var keys = await TemporaryKeys.StartAsync();
        await keys.Ring.ReadyAsync(KeyPurpose.Secret, None);
        var bytes = keys.Ring.Seal(KeyPurpose.Secret, Place, "GEZDGNBVGY3TQOJQ"u8);
        var text = keys.Ring.SealText(KeyPurpose.Secret, "feed.address/1", "https://example.org/küche.ics");
        Assert.Equal(16 + Seal.OverheadBytes, bytes.Length);
        Assert.Equal(-1, bytes.AsSpan().IndexOf("GEZDGNBVGY3TQOJQ"u8));

        await keys.ReopenAsync();
        Assert.Equal("GEZDGNBVGY3TQOJQ", Encoding.UTF8.GetString(keys.Ring.Open(KeyPurpose.Secret, Place, bytes)));
        Assert.Equal("https://example.org/küche.ics", keys.Ring.OpenText(KeyPurpose.Secret, "feed.address/1", text));
    }

    [Fact]
    public async Task The_same_value_never_seals_to_the_same_bytes()
    {
        await using var keys = await TemporaryKeys.StartAsync();
        await keys.Ring.ReadyAsync(KeyPurpose.Secret, None);
        var values = Enumerable.Range(0, 100).Select(_ => Convert.ToHexString(keys.Ring.Seal(KeyPurpose.Secret, Place, "same"u8)));
        Assert.Equal(100, values.Distinct().Count());
    }

    [Fact]
    public async Task A_change_of_any_byte_to_any_other_is_found_and_names_the_place()
    {
        await using var keys = await TemporaryKeys.StartAsync();
        await keys.Ring.ReadyAsync(KeyPurpose.Secret, None);
        await keys.Ring.ReadyAsync(KeyPurpose.PrivateKey, None);
        var value = keys.Ring.Seal(KeyPurpose.Secret, Place, "12345678"u8);
        for (var at = 0; at < value.Length; at++)
        {
            for (var change = 1; change < 256; change++)
            {
                value[at] ^= (byte)change;
                var broken = Assert.Throws<SealBrokenException>(() => keys.Ring.Open(KeyPurpose.Secret, Place, value));
                Assert.Equal(Place, broken.Place);
                Assert.Contains(Place, broken.Message, StringComparison.Ordinal);
                value[at] ^= (byte)change;
            }
        }

        Assert.Equal("12345678"u8, keys.Ring.Open(KeyPurpose.Secret, Place, value));
    }

    [Fact]
    public async Task A_change_of_any_character_of_a_sealed_text_is_found()
    {
        await using var keys = await TemporaryKeys.StartAsync();
        await keys.Ring.ReadyAsync(KeyPurpose.Secret, None);
        // Lengths that leave 0, 2 and 4 unused bits in the last character.
        foreach (var plain in new[] { "a", "ab", "abc" })
        {
            var text = keys.Ring.SealText(KeyPurpose.Secret, Place, plain);
            for (var at = 0; at < text.Length; at++)
            {
                foreach (var other in "AQgw4_- =\n:s")
                {
                    if (text[at] == other)
                        continue;
                    var changed = $"{text[..at]}{other}{text[(at + 1)..]}";
                    Assert.Throws<SealBrokenException>(() => keys.Ring.OpenText(KeyPurpose.Secret, Place, changed));
                }
            }

            Assert.Throws<SealBrokenException>(() => keys.Ring.OpenText(KeyPurpose.Secret, Place, text + " "));
        }
    }

    [Fact]
    public async Task A_value_that_was_cut_off_or_moved_to_another_place_or_purpose_does_not_open()
    {
        await using var keys = await TemporaryKeys.StartAsync();
        await keys.Ring.ReadyAsync(KeyPurpose.Secret, None);
        await keys.Ring.ReadyAsync(KeyPurpose.PrivateKey, None);
        var value = keys.Ring.Seal(KeyPurpose.Secret, Place, "12345678"u8);
        for (var length = 0; length < value.Length; length++)
            Assert.Throws<SealBrokenException>(() => keys.Ring.Open(KeyPurpose.Secret, Place, value.AsSpan(0, length)));
        Assert.Throws<SealBrokenException>(() => keys.Ring.Open(KeyPurpose.Secret, "feed.address/2", value));
        Assert.Throws<SealBrokenException>(() => keys.Ring.Open(KeyPurpose.PrivateKey, Place, value));
    }

    [Fact]
    public async Task Sealing_before_there_is_a_key_says_what_is_missing()
    {
        await using var keys = await TemporaryKeys.StartAsync();
        var mistake = Assert.Throws<InvalidOperationException>(() => keys.Ring.Seal(KeyPurpose.Secret, Place, "x"u8));
        Assert.Contains("ReadyAsync", mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_place_that_rotation_would_not_find_is_refused()
    {
        await using var keys = await TemporaryKeys.StartAsync();
        await keys.Ring.ReadyAsync(KeyPurpose.Secret, None);
        foreach (var place in new[] { "nowhere/1", "feed.address", "feed", "", "/1" })
            Assert.Contains($"'{place}'", Assert.Throws<InvalidOperationException>(() => keys.Ring.Seal(KeyPurpose.Secret, place, "x"u8)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_who_are_first_at_once_get_one_key()
    {
        await using var keys = await TemporaryKeys.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => keys.Ring.ReadyAsync(KeyPurpose.Secret, None).AsTask()));
        Assert.Equal(1, await keys.Database.ReadAsync(0, static (session, _) =>
        {
            var count = session.Prepare("SELECT count(*) FROM data_key");
            count.Step();
            return count.Int64(0);
        }, None));
    }

    [Fact]
    public async Task A_data_key_with_a_changed_byte_is_named()
    {
        await using var keys = await TemporaryKeys.StartAsync();
        await keys.Ring.ReadyAsync(KeyPurpose.Secret, None);
        var value = keys.Ring.Seal(KeyPurpose.Secret, Place, "12345678"u8);
        for (var at = 0; at < Seal.OverheadBytes + Seal.KeyBytes; at++)
        {
            await FlipAsync(keys.Database, at);
            await keys.ReopenAsync();
            var broken = Assert.Throws<SealBrokenException>(() => keys.Ring.Open(KeyPurpose.Secret, Place, value));
            Assert.StartsWith("Data key 1 (table data_key)", broken.Message, StringComparison.Ordinal);
            await FlipAsync(keys.Database, at);
        }

        await keys.ReopenAsync();
        Assert.Equal("12345678"u8, keys.Ring.Open(KeyPurpose.Secret, Place, value));
    }

    private static Task<int> FlipAsync(SqliteDatabase database, int at) => database.WriteAsync(
        at,
        static (session, at) =>
        {
            var row = session.Prepare("SELECT sealed FROM data_key WHERE id = 1");
            row.Step();
            var bytes = row.Blob(0).ToArray();
            bytes[at] ^= 0x10;
            return session.Prepare("UPDATE data_key SET sealed = ?1 WHERE id = 1").BindBlob(1, bytes).Execute();
        },
        None);
}
