using System.Security.Cryptography;
using EdgeDb.Core.Security;
using Xunit;

namespace EdgeDb.Core.Tests.Security;

public sealed class MasterRotationTests
{
    private const string Place = "account.totp/ana";
    private static readonly CancellationToken None = CancellationToken.None;

    // One for the file of the next key, the data keys, each of the two sealed files, the file of the earlier keys, and the rename.
    public static TheoryData<int> Steps => [.. Enumerable.Range(1, 6)];

    [Fact]
    public async Task Everything_opens_with_the_new_key_and_nothing_but_backups_with_the_old_one()
    {
        await using var keys = await TemporaryKeys.StartAsync();
        var filled = await FillAsync(keys);
        var old = await File.ReadAllBytesAsync(keys.MasterFile, None);

        await Rotation(keys).RunAsync(None);

        Assert.NotEqual(old, await File.ReadAllBytesAsync(keys.MasterFile, None));
        await OpensAsync(keys, filled);
        Assert.False(File.Exists(Path.Combine(keys.KeyFolder, MasterKey.NextFileName)));
        // The old one alone: it is of no use any more.
        File.Delete(Path.Combine(keys.KeyFolder, MasterKey.EarlierFileName));
        await File.WriteAllBytesAsync(keys.MasterFile, old, None);
        await keys.ReopenAsync();
        Assert.Throws<SealBrokenException>(() => keys.Ring.Open(KeyPurpose.Secret, Place, filled.Value));
        Assert.Throws<SealBrokenException>(() => new SubjectKeys(Master(keys)).Find("ana"));
    }

    [Fact]
    public async Task What_was_sealed_by_any_of_the_keys_before_opens()
    {
        await using var keys = await TemporaryKeys.StartAsync();
        var filled = await FillAsync(keys);
        List<byte[]> backups = [Master(keys).Wrap("backup/0", filled.Person)];
        for (var i = 1; i <= 3; i++)
        {
            await Rotation(keys).RunAsync(None);
            backups.Add(Master(keys).Wrap($"backup/{i}", filled.Person));
        }

        for (var i = 0; i < backups.Count; i++)
            Assert.Equal(filled.Person, Master(keys).Unwrap($"backup/{i}", "The backup", backups[i]));
        await OpensAsync(keys, filled);
    }

    [Theory, MemberData(nameof(Steps))]
    public async Task A_kill_behind_any_step_loses_nothing_and_the_next_call_goes_on(int step)
    {
        await using var keys = await TemporaryKeys.StartAsync();
        var filled = await FillAsync(keys);
        var backup = Master(keys).Wrap("backup/0", filled.Person);

        var done = 0;
        await Assert.ThrowsAsync<IOException>(() => Rotation(keys, () => _ = ++done == step ? throw new IOException("The power went.") : 0).RunAsync(None));
        Assert.Equal(step, done);

        Assert.True(MasterRotation.IsUnderWay(Master(keys)));
        await OpensAsync(keys, filled);
        // Life goes on with two keys, and what is sealed meanwhile is sealed anew as well.
        var late = new SubjectKeys(Master(keys)).For("late").Bytes.ToArray();
        Assert.Equal(filled.Person, Master(keys).Unwrap("backup/0", "The backup", backup));

        await Rotation(keys).RunAsync(None);
        Assert.False(MasterRotation.IsUnderWay(Master(keys)));
        await OpensAsync(keys, filled);
        Assert.Equal(late, new SubjectKeys(Master(keys)).Find("late")!.Bytes);
        Assert.Equal(filled.Person, Master(keys).Unwrap("backup/0", "The backup", backup));
        Assert.Single(MasterKey.ReadEarlier(keys.KeyFolder, await File.ReadAllBytesAsync(keys.MasterFile, None)));
    }

    [Fact]
    public async Task What_does_not_open_is_named_and_nothing_takes_the_old_keys_place()
    {
        await using var keys = await TemporaryKeys.StartAsync();
        var filled = await FillAsync(keys);
        var old = await File.ReadAllBytesAsync(keys.MasterFile, None);
        var path = Path.Combine(keys.KeyFolder, SubjectKeys.FileName);
        var whole = await File.ReadAllBytesAsync(path, None);
        await File.WriteAllBytesAsync(path, [.. whole[..^1], (byte)(whole[^1] ^ 1)], None);

        var broken = await Assert.ThrowsAsync<SealBrokenException>(() => Rotation(keys).RunAsync(None));

        Assert.Contains(path, broken.Message, StringComparison.Ordinal);
        Assert.Equal(old, await File.ReadAllBytesAsync(keys.MasterFile, None));
        await File.WriteAllBytesAsync(path, whole, None);
        await OpensAsync(keys, filled);
    }

    [Theory]
    [InlineData(SubjectKeys.FileName)]
    [InlineData(KeyCopy.RecoveryFileName)]
    [InlineData(MasterKey.EarlierFileName)]
    [InlineData(MasterKey.FileName)]
    public async Task A_flip_of_any_byte_of_a_file_of_keys_is_found_and_names_it(string name)
    {
        await using var keys = await TemporaryKeys.StartAsync();
        var filled = await FillAsync(keys);
        var backup = Master(keys).Wrap("backup/0", filled.Person);
        await Rotation(keys).RunAsync(None);
        var path = Path.Combine(keys.KeyFolder, name);
        var bytes = await File.ReadAllBytesAsync(path, None);
        for (var at = 0; at < bytes.Length; at++)
        {
            bytes[at] ^= 0x10;
            await File.WriteAllBytesAsync(path, bytes, None);
            bytes[at] ^= 0x10;

            var broken = Assert.Throws<SealBrokenException>(() =>
            {
                var master = Master(keys);
                _ = new SubjectKeys(master).Find("ana");
                new KeyCopy(master, new SubjectKeys(master), keys.Folder).Write();
                _ = master.Unwrap("backup/0", "The backup", backup);
            });
            Assert.Contains(path, broken.Message, StringComparison.Ordinal);
        }
    }

    private static MasterKey Master(TemporaryKeys keys) => new(keys.KeyFolder, credentials: null);

    private static MasterRotation Rotation(TemporaryKeys keys, Action? step = null) => new(keys.Database, Master(keys), step);

    private static async Task<(byte[] Value, byte[] Person, string Recovery)> FillAsync(TemporaryKeys keys)
    {
        await keys.Ring.ReadyAsync(KeyPurpose.Secret, None);
        await keys.Ring.ReadyAsync(KeyPurpose.PrivateKey, None);
        var master = Master(keys);
        var subjects = new SubjectKeys(master);
        return (keys.Ring.Seal(KeyPurpose.Secret, Place, "a secret"u8), subjects.For("ana").Bytes.ToArray(), new KeyCopy(master, subjects, keys.Folder).MakeRecoveryKey());
    }

    private static async Task OpensAsync(TemporaryKeys keys, (byte[] Value, byte[] Person, string Recovery) filled)
    {
        await keys.ReopenAsync();
        Assert.Equal("a secret"u8, keys.Ring.Open(KeyPurpose.Secret, Place, filled.Value));
        var master = Master(keys);
        Assert.Equal(filled.Person, new SubjectKeys(master).Find("ana")!.Bytes);
        var copy = new KeyCopy(master, new SubjectKeys(master), keys.Folder);
        copy.Write();
        var elsewhere = Directory.CreateDirectory(Path.Combine(keys.Folder, Convert.ToHexString(RandomNumberGenerator.GetBytes(8)))).FullName;
        KeyCopy.Restore(copy.Path, RecoveryKey.Parse(filled.Recovery), elsewhere);
        Assert.Equal(await File.ReadAllBytesAsync(keys.MasterFile, None), await File.ReadAllBytesAsync(Path.Combine(elsewhere, MasterKey.FileName), None));
    }
}
