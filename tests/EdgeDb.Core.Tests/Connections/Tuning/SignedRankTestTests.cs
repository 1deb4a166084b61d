using EdgeDb.Core.Connections;
using Xunit;

namespace EdgeDb.Core.Tests.Connections.Tuning;

public sealed class SignedRankTestTests
{
    [Theory]
    [InlineData(new double[] { -1, -2, -3, -4, -5, -6, -7, -8, -9, -10 }, 1.0 / 1024)]
    [InlineData(new double[] { 1, -2, -3, -4, -5, -6, -7, -8, -9, -10 }, 2.0 / 1024)]
    [InlineData(new double[] { 1, 2, 3, 4 }, 1)]
    [InlineData(new double[] { }, 1)]
    [InlineData(new double[] { 0, 0, 0, 0, 0, 0 }, 1)]
    [InlineData(new double[] { -1, -1, -1, -1, 1 }, 6.0 / 32)]
    public void Small_cases_are_those_that_can_be_counted_by_hand(double[] differences, double expected) =>
        Assert.Equal(expected, SignedRankTest.LowerTail(differences), 1e-12);

    [Fact]
    public void The_chance_is_the_share_of_all_signs_that_are_at_least_as_extreme()
    {
        var random = new Random(5);
        for (var round = 0; round < 50; round++)
        {
            // Rounded, so that ties happen.
            var differences = Enumerable.Range(0, 9).Select(_ => Math.Round((random.NextDouble() * 10) - 6)).Where(static d => d != 0).ToArray();
            var sizes = differences.Select(Math.Abs).Order().ToArray();
            double Rank(double size) => (Array.IndexOf(sizes, size) + Array.LastIndexOf(sizes, size)) / 2.0;
            var positive = differences.Where(static d => d > 0).Sum(d => Rank(d) + 1);
            var extreme = Enumerable.Range(0, 1 << differences.Length)
                .Count(signs => differences.Where((_, i) => (signs >> i & 1) == 1).Sum(d => Rank(Math.Abs(d)) + 1) <= positive);
            Assert.Equal((double)extreme / (1 << differences.Length), SignedRankTest.LowerTail(differences), 1e-12);
        }
    }
}
