using EdgeDb.Core.Security;
using Xunit;

namespace EdgeDb.Core.Tests.Security;

public sealed class KeyCopyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgedb-test-").FullName;
    private readonly MasterKey _master;
    private readonly SubjectKeys _subjects;
    private readonly KeyCopy _copy;

    public KeyCopyTests()
    {
        _master = new MasterKey(Path.Combine(_folder, "keys"), credentials: null);
        _subjects = new SubjectKeys(_master);
        _copy = new KeyCopy(_master, _subjects, Path.Combine(_folder, "backups"));
        _subjects.Changed += _copy.Write;
    }

    private string Elsewhere => Path.Combine(_folder, "elsewhere");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Without_a_recovery_key_there_is_no_copy()
    {
        _subjects.For("ada");
        _copy.Write();
        Assert.False(File.Exists(_copy.Path));
    }

    [Fact]
    public void With_the_recovery_key_the_keys_are_put_back_elsewhere()
    {
        var recovery = _copy.MakeRecoveryKey();
        var value = _subjects.For("ada").Seal("place", "hers"u8);
        KeyCopy.Restore(_copy.Path, RecoveryKey.Parse(recovery), Elsewhere);
        Assert.Equal(Names(_master.Folder), Names(Elsewhere));
        Assert.Equal("hers"u8, new SubjectKeys(new MasterKey(Elsewhere, credentials: null)).For("ada").Open("place", value));
        // Again into the same folder: the same keys may be there.
        KeyCopy.Restore(_copy.Path, RecoveryKey.Parse(recovery), Elsewhere);

        static IEnumerable<string?> Names(string folder) => Directory.GetFiles(folder).Select(Path.GetFileName).Order();
    }

    [Fact]
    public void A_key_that_is_destroyed_is_gone_from_the_copy_at_once()
    {
        var recovery = _copy.MakeRecoveryKey();
        _subjects.For("ada");
        _subjects.Destroy("ada");
        KeyCopy.Restore(_copy.Path, RecoveryKey.Parse(recovery), Elsewhere);
        Assert.Null(new SubjectKeys(new MasterKey(Elsewhere, credentials: null)).Find("ada"));
    }

    [Fact]
    public void Asking_again_takes_a_key_out_of_a_copy_that_a_kill_kept_from_following()
    {
        var recovery = _copy.MakeRecoveryKey();
        _subjects.For("ada");
        _subjects.Changed -= _copy.Write;
        _subjects.Destroy("ada");
        _subjects.Changed += _copy.Write;

        Assert.False(_subjects.Destroy("ada"));

        KeyCopy.Restore(_copy.Path, RecoveryKey.Parse(recovery), Elsewhere);
        Assert.Null(new SubjectKeys(new MasterKey(Elsewhere, credentials: null)).Find("ada"));
    }

    [Fact]
    public void A_new_recovery_key_makes_the_old_one_useless()
    {
        var old = _copy.MakeRecoveryKey();
        var recovery = _copy.MakeRecoveryKey();
        Assert.Throws<SealBrokenException>(() => KeyCopy.Restore(_copy.Path, RecoveryKey.Parse(old), Elsewhere));
        Assert.False(Directory.Exists(Elsewhere));
        KeyCopy.Restore(_copy.Path, RecoveryKey.Parse(recovery), Elsewhere);
    }

    [Fact]
    public void A_flip_of_any_byte_of_the_copy_is_found_and_names_it()
    {
        var recovery = RecoveryKey.Parse(_copy.MakeRecoveryKey());
        _subjects.For("ada");
        var bytes = File.ReadAllBytes(_copy.Path);
        for (var at = 0; at < bytes.Length; at++)
        {
            bytes[at] ^= 0x04;
            File.WriteAllBytes(_copy.Path, bytes);
            Assert.Contains(_copy.Path, Assert.Throws<SealBrokenException>(() => KeyCopy.Restore(_copy.Path, recovery, Elsewhere)).Message, StringComparison.Ordinal);
            bytes[at] ^= 0x04;
        }

        Assert.False(Directory.Exists(Elsewhere));
    }

    [Fact]
    public void Another_master_key_is_never_replaced()
    {
        var recovery = _copy.MakeRecoveryKey();
        new MasterKey(Elsewhere, credentials: null).Wrap("place", "key"u8);
        var before = File.ReadAllBytes(Path.Combine(Elsewhere, MasterKey.FileName));
        Assert.Throws<IOException>(() => KeyCopy.Restore(_copy.Path, RecoveryKey.Parse(recovery), Elsewhere));
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(Elsewhere, MasterKey.FileName)));
    }

    [Fact]
    public void A_recovery_key_is_eight_groups_of_four_and_is_read_however_it_is_typed()
    {
        var key = RecoveryKey.Make();
        var text = RecoveryKey.Format(key);
        Assert.Matches("^([0-9A-HJKMNP-TV-Z]{4}-){7}[0-9A-HJKMNP-TV-Z]{4}$", text);
        Assert.Equal(key, RecoveryKey.Parse(text));
        Assert.Equal(key, RecoveryKey.Parse(" " + text.ToLowerInvariant().Replace('-', ' ').Replace('0', 'o').Replace('1', 'l')));
        Assert.Equal(new byte[RecoveryKey.Bytes], RecoveryKey.Parse("OOOO-0000-0000-0000-0000-0000-0000-0000"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0000-0000-0000-0000-0000-0000-0000-000")]
    [InlineData("0000-0000-0000-0000-0000-0000-0000-00000")]
    [InlineData("U000-0000-0000-0000-0000-0000-0000-0000")]
    [InlineData("ü000-0000-0000-0000-0000-0000-0000-0000")]
    public void What_is_no_recovery_key_is_told(string text) => Assert.Null(RecoveryKey.Parse(text));
}
