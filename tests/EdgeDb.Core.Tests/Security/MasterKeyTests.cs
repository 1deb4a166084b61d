using EdgeDb.Core.Security;
using EdgeDb.Core.Tests.Storage;
using Xunit;

namespace EdgeDb.Core.Tests.Security;

public sealed class MasterKeyTests
{
    private const string Place = "feed.address/1";
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task It_is_made_when_something_is_sealed_first_and_only_its_owner_may_read_it()
    {
        await using var keys = await TemporaryKeys.StartAsync();
        Assert.False(Directory.Exists(keys.KeyFolder));
        await keys.Ring.ReadyAsync(KeyPurpose.Secret, None);
        Assert.Equal(Seal.KeyBytes, new FileInfo(keys.MasterFile).Length);
        Assert.Equal([keys.MasterFile], Directory.GetFileSystemEntries(keys.KeyFolder));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(keys.MasterFile));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(keys.KeyFolder));
        }
    }

    [Fact]
    public async Task Nothing_is_loaded_before_something_is_sealed()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("What is loaded is read from /proc.");
        await using var folder = new TemporaryDatabase();
        using var child = ChildProcess.Start(StorageChild.LoadKeys, folder.File);
        Assert.Equal(["opened False 0 False", "sealed True"], await child.ReadToEndAsync());
    }

    [Fact]
    public async Task One_that_is_missing_is_named_and_never_replaced_while_something_is_sealed_with_it()
    {
        await using var keys = await TemporaryKeys.StartAsync();
        await keys.Ring.ReadyAsync(KeyPurpose.Secret, None);
        var value = keys.Ring.Seal(KeyPurpose.Secret, Place, "x"u8);
        var away = keys.MasterFile + ".away";
        File.Move(keys.MasterFile, away);
        await keys.ReopenAsync();

        var reading = Assert.Throws<SealBrokenException>(() => keys.Ring.Open(KeyPurpose.Secret, Place, value));
        var sealing = Assert.Throws<SealBrokenException>(() => keys.Ring.Seal(KeyPurpose.Secret, Place, "y"u8));
        var adding = await Assert.ThrowsAsync<SealBrokenException>(async () => await keys.Ring.ReadyAsync(KeyPurpose.PrivateKey, None));
        Assert.All([reading, sealing, adding], broken =>
        {
            Assert.Equal(keys.MasterFile, broken.Place);
            Assert.Contains($"{keys.MasterFile} is missing", broken.Message, StringComparison.Ordinal);
            Assert.Contains("recovery key", broken.Message, StringComparison.Ordinal);
        });
        Assert.False(File.Exists(keys.MasterFile));

        File.Move(away, keys.MasterFile);
        Assert.Equal("x"u8, keys.Ring.Open(KeyPurpose.Secret, Place, value));
    }

    [Fact]
    public async Task One_with_a_changed_byte_or_another_length_is_named()
    {
        await using var keys = await TemporaryKeys.StartAsync();
        await keys.Ring.ReadyAsync(KeyPurpose.Secret, None);
        var value = keys.Ring.Seal(KeyPurpose.Secret, Place, "x"u8);
        var key = await File.ReadAllBytesAsync(keys.MasterFile, None);
        List<byte[]> wrong = [[], key[..^1], [.. key, 0]];
        for (var at = 0; at < key.Length; at++)
        {
            key[at] ^= 1;
            wrong.Add([.. key]);
            key[at] ^= 1;
        }

        foreach (var bytes in wrong)
        {
            await File.WriteAllBytesAsync(keys.MasterFile, bytes, None);
            await keys.ReopenAsync();
            var broken = Assert.Throws<SealBrokenException>(() => keys.Ring.Open(KeyPurpose.Secret, Place, value));
            Assert.Contains(keys.MasterFile, broken.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_credential_of_systemd_outranks_the_file_and_is_never_copied_into_the_folder()
    {
        await using var keys = await TemporaryKeys.StartAsync();
        var credentials = Directory.CreateDirectory(Path.Combine(keys.Folder, "credentials")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(credentials, MasterKey.CredentialName), Enumerable.Repeat((byte)7, Seal.KeyBytes).ToArray(), None);
        var ring = await KeyRing.OpenAsync(keys.Database, new MasterKey(keys.KeyFolder, credentials), keys.Time, None);
        await ring.ReadyAsync(KeyPurpose.Secret, None);
        Assert.Equal("x"u8, ring.Open(KeyPurpose.Secret, Place, ring.Seal(KeyPurpose.Secret, Place, "x"u8)));
        Assert.False(Directory.Exists(keys.KeyFolder));
    }

    [Fact]
    public void Who_is_second_to_make_one_takes_the_first()
    {
        var folder = Directory.CreateTempSubdirectory("edgedb-test-").FullName;
        try
        {
            var (first, second) = (new MasterKey(folder, credentials: null), new MasterKey(folder, credentials: null));
            byte[] wrapped = [];
            // Between its look for a file and its own, as when a command runs beside the service.
            second.AddWitness(() =>
            {
                wrapped = first.Wrap("place", "key"u8);
                return null;
            });
            second.Wrap("place", "other"u8);
            Assert.Equal("key"u8, second.Unwrap("place", "The key", wrapped));
            Assert.Equal([first.Path], Directory.GetFiles(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_key_that_was_written_half_when_the_power_went_is_made_anew()
    {
        var folder = Directory.CreateTempSubdirectory("edgedb-test-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, MasterKey.FileName + ".1.partial"), "half");
            var wrapped = new MasterKey(folder, credentials: null).Wrap("place", new byte[Seal.KeyBytes]);
            Assert.Equal(new byte[Seal.KeyBytes], new MasterKey(folder, credentials: null).Unwrap("place", "The key", wrapped));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
