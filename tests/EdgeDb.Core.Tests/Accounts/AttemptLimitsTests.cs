using EdgeDb.Core.Accounts;
using Xunit;

namespace EdgeDb.Core.Tests.Accounts;

public sealed class AttemptLimitsTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly AttemptLimits _limits;

    public AttemptLimitsTests() => _limits = new(_time);

    [Fact]
    public void From_the_fifth_wrong_attempt_on_the_delay_doubles_up_to_a_quarter_of_an_hour()
    {
        var delays = Enumerable.Range(0, 20).Select(_ => _limits.CountWrong("ana").TotalSeconds).ToArray();

        Assert.Equal([0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900, 900, 900], delays);
        Assert.Equal(TimeSpan.FromMinutes(15), _limits.Delay("ana"));
        _time.Advance(TimeSpan.FromMinutes(14));
        Assert.Equal(TimeSpan.FromMinutes(1), _limits.Delay("ana"));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(TimeSpan.Zero, _limits.Delay("ana"));
    }

    [Fact]
    public void One_is_not_delayed_for_another()
    {
        for (var i = 0; i < 10; i++)
            _limits.CountWrong("ana");

        Assert.Equal(TimeSpan.Zero, _limits.Delay("ben"));
    }

    [Fact]
    public void A_wall_clock_that_jumps_shortens_nothing()
    {
        for (var i = 0; i < 10; i++)
            _limits.CountWrong("ana");
        var delay = _limits.Delay("ana");
        _time.SetUtcNow(_time.GetUtcNow().AddYears(10));

        Assert.Equal(delay, _limits.Delay("ana"));
    }

    [Fact]
    public void An_hour_without_another_attempt_forgets_them()
    {
        for (var i = 0; i < 12; i++)
            _limits.CountWrong("ana");
        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.NotEqual(TimeSpan.Zero, _limits.CountWrong("ana"));
        _time.Advance(TimeSpan.FromMinutes(60));
        Assert.Equal(TimeSpan.Zero, _limits.CountWrong("ana"));
    }

    [Fact]
    public void A_flood_of_invented_names_pushes_out_itself()
    {
        for (var i = 0; i < 10; i++)
            _limits.CountWrong("ana");
        for (var i = 0; i < 3 * AttemptLimits.Most; i++)
            _limits.CountWrong($"invented {i}");

        Assert.NotEqual(TimeSpan.Zero, _limits.Delay("ana"));
    }
}
