using EdgeDb.Core.Household;
using Xunit;

namespace EdgeDb.Core.Tests.Household;

public sealed class IdSourceTests
{
    [Fact]
    public void Ids_of_one_millisecond_sort_in_the_order_they_were_made()
    {
        var ids = new IdSource(new ManualTimeProvider());

        var made = Enumerable.Range(0, 10_000).Select(_ => ids.Next()).ToList();

        Assert.Equal(made.Order(StringComparer.Ordinal), made);
        Assert.Equal(made.Count, made.Distinct().Count());
        Assert.All(made, static id => Assert.Equal(7, Guid.Parse(id).Version));
    }

    [Fact]
    public void Ids_go_on_after_the_clock_was_set_back()
    {
        var time = new ManualTimeProvider();
        var ids = new IdSource(time);
        var before = ids.Next();

        time.SetUtcNow(time.GetUtcNow().AddYears(-30));

        Assert.True(string.CompareOrdinal(before, ids.Next()) < 0);
    }
}
