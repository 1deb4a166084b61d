using EdgeDb.Core.Accounts;
using EdgeDb.Core.Security;
using Xunit;

namespace EdgeDb.Core.Tests.Accounts;

public sealed class PairingTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly Pairings _pairings;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("edgedb-test-");

    public PairingTests() => _pairings = new(_time);

    [Fact]
    public void Who_has_the_secret_gets_what_was_approved_and_once_only()
    {
        var (code, secret) = _pairings.Begin("a tablet", "hall");
        Assert.Null(_pairings.TryTake(code, secret));
        Assert.Equal("a tablet", _pairings.AgentOf(ReadableCode.Grouped(code).ToLowerInvariant()));

        _pairings.Approve(ReadableCode.Grouped(code).ToLowerInvariant(), "Kitchen", "ana");
        Assert.Equal(("Kitchen", "ana"), _pairings.TryTake(code, secret));
        Assert.Throws<AccountException>(() => _pairings.TryTake(code, secret));
        Assert.Throws<AccountException>(() => _pairings.Approve(code, "Hall", "ana"));
    }

    [Fact]
    public void The_code_alone_gets_nothing()
    {
        var (code, _) = _pairings.Begin("a tablet", "hall");
        var (_, another) = _pairings.Begin("another", "hall");
        _pairings.Approve(code, "Kitchen", "ana");

        Assert.Throws<AccountException>(() => _pairings.TryTake(code, ""));
        Assert.Throws<AccountException>(() => _pairings.TryTake(code, code));
        Assert.Throws<AccountException>(() => _pairings.TryTake(code, another));
    }

    [Fact]
    public void A_code_is_approved_once_so_nobody_renames_what_somebody_else_approved()
    {
        var (code, secret) = _pairings.Begin("a tablet", "hall");
        _pairings.Approve(code, "Kitchen", "ana");

        Assert.Throws<AccountException>(() => _pairings.Approve(code, "Hall", "eve"));
        Assert.Equal(("Kitchen", "ana"), _pairings.TryTake(code, secret));
    }

    [Fact]
    public void A_code_is_over_after_ten_minutes_whatever_the_wall_clock_says()
    {
        var (code, secret) = _pairings.Begin("a tablet", "hall");
        _time.SetUtcNow(_time.GetUtcNow().AddYears(10));
        _time.Advance(TimeSpan.FromMinutes(9));
        Assert.Null(_pairings.TryTake(code, secret));
        _time.SetUtcNow(DateTimeOffset.UnixEpoch);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Throws<AccountException>(() => _pairings.TryTake(code, secret));
        Assert.Throws<AccountException>(() => _pairings.Approve(code, "Kitchen", "ana"));
    }

    [Fact]
    public void A_bounded_number_waits_and_there_is_room_again_later()
    {
        for (var i = 0; i < Pairings.Most; i++)
            _pairings.Begin("a tablet", $"address {i}");

        Assert.Equal(AccountError.Busy, Assert.Throws<AccountException>(() => _pairings.Begin("one more", "elsewhere")).Error);
        _time.Advance(Pairings.Lifetime);
        _pairings.Begin("one more", "elsewhere");
    }

    [Fact]
    public void One_address_alone_does_not_keep_others_from_being_paired()
    {
        var (code, secret) = _pairings.Begin("a tablet", "hall");
        for (var i = 0; i < 10 * Pairings.Most; i++)
        {
            _pairings.Begin("a flood", "stranger");
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Null(_pairings.TryTake(code, secret));
    }

    [Fact]
    public void The_set_up_code_is_kept_for_its_owner_and_gone_once_it_was_used()
    {
        var setup = new SetupCode(_folder.FullName);
        Assert.False(setup.Matches(""));
        Assert.False(setup.Matches(null));
        var code = setup.Ensure();
        var file = Path.Combine(_folder.FullName, "setup-code");

        Assert.Equal(code, new SetupCode(_folder.FullName).Ensure());
        Assert.True(setup.Matches(code.ToLowerInvariant().Replace('-', ' ')));
        Assert.False(setup.Matches("0000-0000-0000"));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        setup.Remove();
        Assert.False(File.Exists(file));
        Assert.False(setup.Matches(code));
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
