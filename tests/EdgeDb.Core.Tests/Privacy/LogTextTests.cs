using EdgeDb.Core.Privacy;
using Xunit;

namespace EdgeDb.Core.Tests.Privacy;

public sealed class LogTextTests
{
    [Theory]
    [InlineData("Feed 01a2 failed (refused): no such host.", "Feed 01a2 failed (refused): no such host.")]
    [InlineData("mail to ana.b+x@house.example failed", "mail to …@… failed")]
    [InlineData("<ana@house.example>, bo@b.example;", "<…@…>, …@…;")]
    [InlineData("'https://ana:pw@calendar.example:8443/private-123/basic.ics?key=9' is gone", "'https://calendar.example:8443/…' is gone")]
    [InlineData("redis://:secret@10.0.0.2:6379 is away", "redis://10.0.0.2:6379 is away")]
    [InlineData("http://localhost:8080", "http://localhost:8080")]
    [InlineData("the token edb_0123_abcDEF- is unknown", "the token … is unknown")]
    [InlineData("Bearer eyJhbGciOi.eyJzdWIiOi.c2ln", "Bearer …")]
    [InlineData("Cookie: edgedb=c2VjcmV0; path", "Cookie: …; path")]
    [InlineData("@ home, 5 @ once, a@b", "@ home, 5 @ once, a@b")]
    public void Addresses_of_persons_and_whatever_opens_something_are_masked_and_the_rest_stays(string text, string masked) => Assert.Equal(masked, LogText.Mask(text));
}
