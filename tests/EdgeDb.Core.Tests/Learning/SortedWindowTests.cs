using EdgeDb.Core.Learning;
using Xunit;

namespace EdgeDb.Core.Tests.Learning;

public sealed class SortedWindowTests
{
    [Fact]
    public void The_window_holds_the_newest_values_in_order_with_their_repetitions()
    {
        var window = new SortedWindow(25);
        var all = new List<double>();
        var random = new Random(3);
        for (var i = 0; i < 1000; i++)
        {
            // Few different values, both zeros among them: the oldest one has to be found again.
            double[] values = [-0.0, 0.0, 1, 1.5, -3, double.MaxValue];
            all.Add(values[random.Next(values.Length)]);
            window.Add(all[^1]);
            Assert.Equal(all.TakeLast(25).Order(), window.Sorted.ToArray());
        }
    }

    [Fact]
    public void The_median_is_the_middle_or_between_the_two_middle_values()
    {
        var window = new SortedWindow(4);
        Assert.True(double.IsNaN(window.Median));
        window.Add(10);
        window.Add(1);
        window.Add(2);
        Assert.Equal(2, window.Median);
        window.Add(3);
        Assert.Equal(2.5, window.Median);
        window.Add(0);
        Assert.Equal(1.5, window.Median);
    }
}
