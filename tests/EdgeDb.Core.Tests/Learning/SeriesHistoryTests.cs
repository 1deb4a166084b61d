using EdgeDb.Core.Learning;
using Xunit;

namespace EdgeDb.Core.Tests.Learning;

public sealed class SeriesHistoryTests
{
    [Fact]
    public void Every_window_is_the_run_of_values_that_was_added_wherever_the_ring_wraps()
    {
        const int capacity = 7;
        var history = new SeriesHistory(capacity);
        for (var added = 1; added <= 30; added++)
        {
            history.Add(added, measured: added % 3 != 0);
            Assert.Equal(Math.Min(added, capacity), history.Count);
            Assert.Equal(added, history.Position);
            for (var age = 0; age < history.Count; age++)
            {
                Assert.Equal(added - age, history[age]);
                Assert.Equal((added - age) % 3 != 0, history.IsMeasured(age));
                for (var length = 0; length + age <= history.Count; length++)
                    Assert.Equal(Enumerable.Range(added - age - length + 1, length).Select(value => (double)value), history.Window(length, age).ToArray());
            }
        }
    }

    [Fact]
    public void A_mean_at_the_beginning_is_of_what_there_is()
    {
        var history = new SeriesHistory(10);
        history.Add(2, measured: true);
        history.Add(4, measured: true);
        Assert.Equal(3, history.Mean(6));
        Assert.Equal(2, history.Mean(6, age: 1));
    }

    [Fact]
    public void A_window_beyond_the_history_is_an_error() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SeriesHistory(3).Window(1).Length);
}
