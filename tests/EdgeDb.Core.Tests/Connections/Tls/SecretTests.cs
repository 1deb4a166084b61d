using EdgeDb.Core.Connections;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.Core.Tests.Connections;

public sealed class SecretTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private int _writes;

    private string FilePath => _folder.File("password");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_that_changes_is_read_again()
    {
        Write("first\nand a remark");
        var secret = Secret.OfFile(FilePath);
        Assert.Equal("first", secret.Value);

        Write("second");

        Assert.Equal("second", secret.Value);
        Assert.Equal(1, secret.Replaced);
    }

    [Fact]
    public void A_refused_one_is_read_again_though_the_file_looks_as_before()
    {
        Write("older");
        var secret = Secret.OfFile(FilePath);
        var time = File.GetLastWriteTimeUtc(FilePath);
        File.WriteAllText(FilePath, "newer");
        File.SetLastWriteTimeUtc(FilePath, time);
        Assert.Equal("older", secret.Value);

        secret.Refused();

        Assert.Equal("newer", secret.Value);
    }

    [Fact]
    public void While_a_file_is_replaced_the_last_one_holds()
    {
        Write("first");
        var secret = Secret.OfFile(FilePath);

        Write("");
        Assert.Equal("first", secret.Value);
        File.Delete(FilePath);
        Assert.Equal("first", secret.Value);

        Write("second");
        Assert.Equal("second", secret.Value);
    }

    [Fact]
    public void A_link_that_leads_to_another_file_is_followed()
    {
        File.WriteAllText(_folder.File("1"), "first");
        File.WriteAllText(_folder.File("2"), "second!");
        File.CreateSymbolicLink(FilePath, _folder.File("1"));
        var secret = Secret.OfFile(FilePath);

        File.Delete(FilePath);
        File.CreateSymbolicLink(FilePath, _folder.File("2"));

        Assert.Equal("second!", secret.Value);
    }

    [Fact]
    public void It_is_never_printed()
    {
        Secret secret = "geheim";

        Assert.Equal("*** *** ", $"{secret} {Secret.Of("x")} ");
        Assert.DoesNotContain("geheim", new RedisSettings { Address = "redis://h", Password = secret }.ToString(), StringComparison.Ordinal);
    }

    private void Write(string text)
    {
        File.WriteAllText(FilePath, text);
        // Two writes may fall into one tick of the file system's clock.
        File.SetLastWriteTimeUtc(FilePath, DateTime.UnixEpoch.AddSeconds(++_writes));
    }
}
