using EdgeDb.Core.Access;
using Xunit;

namespace EdgeDb.Core.Tests.Access;

public sealed class AccessPolicyTests
{
    [Fact]
    public void Each_line_is_there_once() =>
        Assert.Distinct(AccessPolicy.Table.Select(static line => (line.Domain, line.Verb)));

    [Fact]
    public void Nobody_may_do_what_the_owner_may_not() =>
        Assert.All(AccessPolicy.Table, static line => Assert.Equal(AccessExtent.All, line.Owner));

    [Fact]
    public void Guests_and_devices_change_nothing_of_the_household_but_what_is_on_lists()
    {
        foreach (var line in AccessPolicy.Table.Where(static l => l.Verb != AccessVerb.Read && l.Domain != AccessDomain.Sessions))
            Assert.Equal(
                (AccessExtent.None, line is { Domain: AccessDomain.Tasks, Verb: AccessVerb.Add or AccessVerb.Change } ? AccessExtent.All : AccessExtent.None), (line.Guest, line.Kiosk));
    }

    [Fact]
    public void Every_right_has_a_bit_of_its_own() => Assert.Distinct(
        from domain in Enum.GetValues<AccessDomain>() from verb in Enum.GetValues<AccessVerb>() select AccessRights.Of(domain, verb));

    [Fact]
    public void What_is_not_in_the_table_nobody_may_do()
    {
        var owner = new Principal(Role.Owner, "a", null, "s", "Ada");

        foreach (var domain in Enum.GetValues<AccessDomain>())
            foreach (var verb in Enum.GetValues<AccessVerb>())
                Assert.Equal(
                    AccessPolicy.Table.Any(line => line.Domain == domain && line.Verb == verb) ? AccessExtent.All : AccessExtent.None,
                    owner.Extent(domain, verb));
    }

    [Fact]
    public void A_token_has_its_scopes_and_no_more_than_a_token_may_have()
    {
        Assert.True(AccessRights.TryParse("events:read accounts:add members:change", out var scopes, out _));

        var token = new Principal(Role.Service, null, null, "t", "thermostat", scopes);

        Assert.Equal(AccessExtent.All, token.Extent(AccessDomain.Events, AccessVerb.Read));
        Assert.Equal(AccessExtent.None, token.Extent(AccessDomain.Events, AccessVerb.Add));
        Assert.Equal(AccessExtent.None, token.Extent(AccessDomain.Accounts, AccessVerb.Add));
        Assert.Equal(AccessExtent.None, token.Extent(AccessDomain.Members, AccessVerb.Change));
    }

    [Fact]
    public void Scopes_survive_their_text()
    {
        var all = AccessPolicy.Rights(Role.Owner);

        Assert.True(AccessRights.TryParse(all.ToString(), out var read, out _));
        Assert.Equal(all, read);
        Assert.Equal("household:read events:read", (AccessRights.Of(AccessDomain.Events, AccessVerb.Read) | AccessRights.Of(AccessDomain.Household, AccessVerb.Read)).ToString());
    }

    [Theory]
    [InlineData("events")]
    [InlineData("events:everything")]
    [InlineData("all:read")]
    [InlineData("events:read:add")]
    [InlineData("EVENTS:read")]
    public void Unknown_scopes_are_named(string scope)
    {
        Assert.False(AccessRights.TryParse($"events:read {scope}", out _, out var unknown));
        Assert.Equal(scope, unknown);
    }
}
