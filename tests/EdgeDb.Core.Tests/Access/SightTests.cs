using EdgeDb.Core.Access;
using Xunit;

namespace EdgeDb.Core.Tests.Access;

public sealed class SightTests
{
    private const string Mia = "mia";
    private const string Ben = "ben";

    // As a person would read it: who, whose calendar, what they see of its events and of its private ones.
    [Theory]
    [InlineData(Role.Owner, CalendarAccess.Household, Mia, Visibility.Whole, Visibility.Whole)]
    [InlineData(Role.Owner, CalendarAccess.Household, Ben, Visibility.Whole, Visibility.Busy)]
    [InlineData(Role.Owner, CalendarAccess.Household, "", Visibility.Whole, Visibility.Whole)]
    [InlineData(Role.Owner, CalendarAccess.Adults, Ben, Visibility.Whole, Visibility.Busy)]
    [InlineData(Role.Owner, CalendarAccess.Private, Ben, Visibility.Busy, Visibility.Busy)]
    [InlineData(Role.Owner, CalendarAccess.Private, Mia, Visibility.Whole, Visibility.Whole)]
    [InlineData(Role.Owner, CalendarAccess.Private, "", Visibility.Busy, Visibility.Busy)]
    [InlineData(Role.Adult, CalendarAccess.Household, Ben, Visibility.Whole, Visibility.Busy)]
    [InlineData(Role.Adult, CalendarAccess.Adults, "", Visibility.Whole, Visibility.Whole)]
    [InlineData(Role.Adult, CalendarAccess.Private, Ben, Visibility.Busy, Visibility.Busy)]
    [InlineData(Role.Child, CalendarAccess.Household, Ben, Visibility.Whole, Visibility.Hidden)]
    [InlineData(Role.Child, CalendarAccess.Household, "", Visibility.Whole, Visibility.Hidden)]
    [InlineData(Role.Child, CalendarAccess.Household, Mia, Visibility.Whole, Visibility.Whole)]
    [InlineData(Role.Child, CalendarAccess.Adults, Mia, Visibility.Hidden, Visibility.Hidden)]
    [InlineData(Role.Child, CalendarAccess.Private, Mia, Visibility.Whole, Visibility.Whole)]
    [InlineData(Role.Child, CalendarAccess.Private, Ben, Visibility.Hidden, Visibility.Hidden)]
    [InlineData(Role.Kiosk, CalendarAccess.Household, Mia, Visibility.Whole, Visibility.Hidden)]
    [InlineData(Role.Kiosk, CalendarAccess.Adults, "", Visibility.Hidden, Visibility.Hidden)]
    [InlineData(Role.Service, CalendarAccess.Private, Mia, Visibility.Hidden, Visibility.Hidden)]
    [InlineData(Role.Guest, CalendarAccess.Household, Mia, Visibility.Busy, Visibility.Hidden)]
    [InlineData(Role.Guest, CalendarAccess.Adults, "", Visibility.Hidden, Visibility.Hidden)]
    [InlineData(Role.Guest, CalendarAccess.Private, Mia, Visibility.Hidden, Visibility.Hidden)]
    public void Everybody_sees_what_the_table_says(Role role, CalendarAccess access, string concerns, Visibility events, Visibility privateEvents)
    {
        string[] members = concerns.Length == 0 ? [] : [concerns];
        var sight = Sight.Of(role, Mia);

        Assert.Equal(events, sight.Of(access, members, isPrivate: false));
        Assert.Equal(privateEvents, sight.Of(access, members, isPrivate: true));
        Assert.Equal(events == Visibility.Whole, sight.Sees(access, members));
    }

    [Theory]
    [InlineData(Role.Owner, null)]
    [InlineData(Role.Adult, Mia)]
    [InlineData(Role.Child, Ben)]
    [InlineData(Role.Kiosk, null)]
    [InlineData(Role.Service, null)]
    [InlineData(Role.Guest, Mia)]
    public void A_sight_survives_the_cache_key(Role role, string? member)
    {
        var sight = Sight.Of(role, member);

        var read = Sight.Parse(sight.Audience);

        Assert.Equal((sight.Kind, sight.MemberId, sight.Audience), (read.Kind, read.MemberId, read.Audience));
    }

    [Fact]
    public void Viewers_who_see_different_things_have_different_audiences()
    {
        var sights = new[]
        {
            Sight.Everything, Sight.Of(Role.Adult, Mia), Sight.Of(Role.Adult, Ben), Sight.Of(Role.Adult, null), Sight.Of(Role.Child, Mia), Sight.Of(Role.Child, null),
            Sight.House, Sight.Guest,
        };

        Assert.Distinct(sights.Select(static s => s.Audience));
        Assert.Equal(Sight.Of(Role.Owner, Mia).Audience, Sight.Of(Role.Adult, Mia).Audience);
        Assert.Equal(Sight.Of(Role.Guest, Mia).Audience, Sight.Guest.Audience);
    }

    [Theory]
    [InlineData("e")]
    [InlineData("x")]
    [InlineData("hmia")]
    [InlineData("gmia")]
    public void What_is_no_audience_is_refused(string text) => Assert.Throws<FormatException>(() => Sight.Parse(text));
}
