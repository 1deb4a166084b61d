using EdgeDb.Core.Accounts;
using Xunit;

namespace EdgeDb.Core.Tests.Accounts;

public sealed class AccountClockTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void It_never_goes_back_and_counts_on_while_the_wall_clock_is_behind()
    {
        var clock = new AccountClock(_time);
        var now = clock.Now;
        _time.SetUtcNow(DateTimeOffset.UnixEpoch);

        Assert.Equal(now, clock.Now);
        _time.Advance(TimeSpan.FromSeconds(90));
        Assert.Equal(now + 90, clock.Now);
    }

    [Fact]
    public void It_follows_the_wall_clock_ahead()
    {
        var clock = new AccountClock(_time);
        _ = clock.Now;
        _time.SetUtcNow(_time.GetUtcNow().AddYears(3));

        Assert.Equal(_time.GetUtcNow().ToUnixTimeSeconds(), clock.Now);
    }

    [Fact]
    public void It_begins_no_earlier_than_what_was_stored()
    {
        var stored = _time.GetUtcNow().ToUnixTimeSeconds();
        _time.SetUtcNow(DateTimeOffset.UnixEpoch);
        var clock = new AccountClock(_time);
        clock.AtLeast(stored);
        clock.AtLeast(stored - 1000);
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(stored + 5, clock.Now);
    }

    [Fact]
    public void Whatever_happens_to_the_wall_clock_two_readings_are_in_order()
    {
        var random = new Random(7);
        var clock = new AccountClock(_time);
        var last = clock.Now;
        for (var i = 0; i < 10_000; i++)
        {
            switch (random.Next(3))
            {
                case 0:
                    _time.SetUtcNow(DateTimeOffset.FromUnixTimeSeconds(random.NextInt64(0, 4_000_000_000)));
                    break;
                case 1:
                    _time.Advance(TimeSpan.FromSeconds(random.Next(100_000)));
                    break;
                default:
                    clock.AtLeast(random.NextInt64(0, 4_000_000_000));
                    break;
            }

            var now = clock.Now;
            Assert.True(now >= last, $"{now} came after {last}");
            last = now;
        }
    }
}
