using EdgeDb.Core.Security;
using Xunit;

namespace EdgeDb.Core.Tests.Security;

public sealed class SubjectKeysTests : IDisposable
{
    private const string Place = "audit/1";
    private readonly string _folder = Directory.CreateTempSubdirectory("edgedb-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_key_is_the_same_after_a_restart()
    {
        var value = Open().For("ada").Seal(Place, "hers"u8);
        var keys = Open();
        keys.For("ben");
        Assert.Equal("hers"u8, keys.For("ada").Open(Place, value));
        Assert.Throws<SealBrokenException>(() => keys.For("ben").Open(Place, value));
        Assert.Throws<SealBrokenException>(() => keys.For("ada").Open("audit/2", value));
    }

    [Fact]
    public void What_a_destroyed_key_sealed_opens_never_again_also_not_with_a_new_key_of_the_same_subject()
    {
        var keys = Open();
        var value = keys.For("ada").Seal(Place, "hers"u8);
        var his = keys.For("ben").Seal(Place, "his"u8);
        Assert.True(keys.Destroy("ada"));
        Assert.False(keys.Destroy("ada"));
        Assert.Null(keys.Find("ada"));
        keys = Open();
        Assert.Null(keys.Find("ada"));
        Assert.False(keys.For("ada").HasSealed(value));
        Assert.Throws<SealBrokenException>(() => keys.For("ada").Open(Place, value));
        Assert.Equal("his"u8, keys.For("ben").Open(Place, his));
    }

    [Fact]
    public void Nothing_of_a_destroyed_key_is_left_in_the_folder()
    {
        var keys = Open();
        keys.For("ada");
        keys.Destroy("ada");
        Assert.Equal([MasterKey.FileName, SubjectKeys.FileName], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
        var master = new MasterKey(_folder, credentials: null);
        Assert.Empty(master.Unwrap(SubjectKeys.FileName, "The file", File.ReadAllBytes(keys.Path)));
    }

    [Fact]
    public void A_flip_of_any_byte_of_the_file_is_found_and_names_it()
    {
        var keys = Open();
        keys.For("ada");
        keys.For("ben");
        var bytes = File.ReadAllBytes(keys.Path);
        for (var at = 0; at < bytes.Length; at++)
        {
            bytes[at] ^= 0x20;
            File.WriteAllBytes(keys.Path, bytes);
            Assert.Contains(keys.Path, Assert.Throws<SealBrokenException>(() => Open().Find("ada")).Message, StringComparison.Ordinal);
            Assert.Throws<SealBrokenException>(() => Open().For("carl"));
            bytes[at] ^= 0x20;
        }
    }

    [Fact]
    public void Without_its_master_key_the_file_is_not_replaced()
    {
        var keys = Open();
        keys.For("ada");
        File.Delete(Path.Combine(_folder, MasterKey.FileName));
        Assert.Throws<SealBrokenException>(() => Open().For("ben"));
        var other = new MasterKey(_folder, credentials: null);
        _ = new SubjectKeys(other);
        Assert.Contains(keys.Path, Assert.Throws<SealBrokenException>(() => other.Wrap("place", "key"u8)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Copies_are_told_of_every_change_and_what_they_throw_does_not_undo_it()
    {
        var keys = Open();
        var told = 0;
        keys.Changed += () =>
        {
            if (++told == 2)
                throw new IOException("The copy is away.");
        };
        keys.For("ada");
        keys.For("ada");
        Assert.Equal(1, told);
        Assert.Throws<IOException>(() => keys.Destroy("ada"));
        Assert.Null(keys.Find("ada"));
        Assert.Null(Open().Find("ada"));
    }

    private SubjectKeys Open() => new(new MasterKey(_folder, credentials: null));
}
