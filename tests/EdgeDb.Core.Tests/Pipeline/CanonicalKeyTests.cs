using System.Collections.Immutable;
using EdgeDb.Core.Pipeline;
using Xunit;

namespace EdgeDb.Core.Tests.Pipeline;

public sealed class CanonicalKeyTests
{
    private static readonly ImmutableArray<AnswerParameter> Parameters = [new("from"), new("calendar", IsSet: true), new("q")];

    [Theory]
    [InlineData("?from=1&q=2", "?q=2&from=1")]
    [InlineData("?calendar=b&calendar=a", "?calendar=a&calendar=b&calendar=a")]
    [InlineData("?q=a+b", "?q=a%20b")]
    [InlineData("?q=%C3%BC", "?q=ü")]
    [InlineData("?q=%2B", "?q=%2b")]
    [InlineData("", "?")]
    [InlineData("?from=1", "?&from=1&&")]
    [InlineData("?q=", "?q")]
    public void Requests_that_mean_the_same_have_the_same_key(string first, string second)
    {
        Assert.NotEmpty(Key(first));
        Assert.Equal(Key(first), Key(second));
    }

    [Theory]
    [InlineData("?from=1", "?q=1")]
    [InlineData("?q=a", "?q=A")]
    [InlineData("?q=", "")]
    [InlineData("?calendar=a&calendar=b", "?calendar=ab")]
    [InlineData("?q=a%26from=1", "?q=a&from=1")]
    [InlineData("?q=+", "?q=%2B")]
    public void Requests_that_mean_something_else_have_another_key(string first, string second)
    {
        Assert.NotEmpty(Key(first));
        Assert.NotEmpty(Key(second));
        Assert.NotEqual(Key(first), Key(second));
    }

    [Theory]
    [InlineData("?unknown=1")]
    [InlineData("?From=1")]
    [InlineData("?from=1&from=1")]
    [InlineData("?q=%1F")]
    [InlineData("?q=%00")]
    public void A_request_that_the_route_refuses_has_no_key(string query) => Assert.Empty(Key(query));

    [Fact]
    public void A_request_that_is_too_long_or_has_too_many_values_has_no_key()
    {
        Assert.Empty(Key("?q=" + new string('x', CanonicalKey.MaxLength)));
        Assert.Empty(Key("?" + string.Join('&', Enumerable.Range(0, 100).Select(static i => $"calendar={i}"))));
        Assert.NotEmpty(Key("?q=" + new string('x', 500)));
    }

    [Fact]
    public void Row_and_audience_keep_keys_apart_and_cannot_pretend_to_be_each_other()
    {
        Assert.Equal(4, new HashSet<string> { Key("", "", ""), Key("", "a", ""), Key("", "", "a"), Key("", "a", "a") }.Count);
        Assert.Empty(Key("", "a\x1f" + "b", ""));
        Assert.Empty(Key("", "", "a\x1f" + "b"));
        Assert.Equal("a", CanonicalKey.Row(Key("?q=1", "a", "b")));
    }

    [Fact]
    public void The_values_of_a_key_are_those_of_the_request()
    {
        var values = CanonicalKey.Values(Key("?q=a%20%26%3D%C3%BC&calendar=b&calendar=a"), Parameters);
        Assert.Equal([("calendar", "a"), ("calendar", "b"), ("q", "a &=ü")], values);
    }

    private static string Key(string query, string row = "", string audience = "")
    {
        Span<char> key = stackalloc char[CanonicalKey.MaxLength];
        return key[..CanonicalKey.Write(key, "route", row, audience, Parameters, query)].ToString();
    }
}
