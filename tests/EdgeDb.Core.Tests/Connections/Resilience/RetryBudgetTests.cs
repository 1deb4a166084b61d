using EdgeDb.Core.Connections;
using Xunit;

namespace EdgeDb.Core.Tests.Connections.Resilience;

public sealed class RetryBudgetTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Extra_attempts_are_bounded_when_every_operation_asks_for_all_it_can_get()
    {
        const int Operations = 2000;
        var budget = new RetryBudget(new RetryBudgetOptions(), _time);
        var extra = 0;
        for (var i = 0; i < Operations; i++)
        {
            budget.Deposit();
            while (budget.TryWithdraw())
                extra++;
            _time.Advance(TimeSpan.FromMilliseconds(500));
        }

        // The share, the burst, and one in 30 s of 1,000 s.
        Assert.InRange(extra, Operations * 0.15, (Operations * 0.15) + 10 + 34);
        Assert.InRange((double)(Operations + extra) / Operations, 1, 1.2);
        Assert.Equal(extra, budget.Withdrawn);
    }

    [Fact]
    public void An_endpoint_with_little_traffic_may_retry_once_in_a_while()
    {
        var budget = new RetryBudget(new RetryBudgetOptions { Ratio = 0, Burst = 1 }, _time);
        Assert.True(budget.TryWithdraw());
        Assert.False(budget.TryWithdraw());
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.True(budget.TryWithdraw());
        Assert.False(budget.TryWithdraw());
        Assert.Equal(2, budget.Refused);
    }

    [Fact]
    public void The_burst_bounds_what_is_saved_up()
    {
        var budget = new RetryBudget(new RetryBudgetOptions { Burst = 3 }, _time);
        for (var i = 0; i < 1000; i++)
            budget.Deposit();
        Assert.Equal(3, budget.Balance);
    }

    [Fact]
    public async Task No_token_is_spent_twice_by_many_threads()
    {
        var budget = new RetryBudget(new RetryBudgetOptions { Ratio = 0.1, Burst = 5 }, _time);
        long taken = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 100_000; i++)
            {
                budget.Deposit();
                if (budget.TryWithdraw())
                    Interlocked.Increment(ref taken);
            }
        }, TestContext.Current.CancellationToken)));
        Assert.InRange(taken, 79_000, 80_005);
        Assert.Equal(taken, budget.Withdrawn);
    }
}
