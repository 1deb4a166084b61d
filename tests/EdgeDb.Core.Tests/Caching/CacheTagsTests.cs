using EdgeDb.Core.Caching;
using Xunit;

namespace EdgeDb.Core.Tests.Caching;

public sealed class CacheTagsTests
{
    [Fact]
    public void A_value_holds_until_one_of_its_tags_is_invalidated()
    {
        var tags = new CacheTags();
        CacheTag[] made = [tags.Get("a"), tags.Get("b")];
        var started = tags.Now;

        tags.Invalidate("c");
        Assert.True(CacheTag.AllHold(made, started));
        tags.Invalidate("b");
        Assert.False(CacheTag.AllHold(made, started));
        Assert.True(CacheTag.AllHold(made, tags.Now));
    }

    [Fact]
    public void What_is_invalidated_while_a_value_is_made_is_invalid_also_when_its_tag_was_not_known_yet()
    {
        var tags = new CacheTags();
        var started = tags.Now;
        tags.Invalidate("a");

        Assert.False(CacheTag.AllHold([tags.Get("a")], started));
        Assert.True(CacheTag.AllHold([tags.Get("a")], tags.Now));
    }

    [Fact]
    public void A_name_that_is_forgotten_takes_its_values_along_and_the_names_stay_bounded()
    {
        var tags = new CacheTags(capacity: 8);
        CacheTag[] made = [tags.Get("a")];
        var started = tags.Now;
        for (var i = 0; i < 100; i++)
            tags.Get($"name {i}");

        Assert.False(CacheTag.AllHold(made, started));
        Assert.False(CacheTag.AllHold(made, tags.Now));
        Assert.InRange(tags.Count, 1, 8);
    }
}
