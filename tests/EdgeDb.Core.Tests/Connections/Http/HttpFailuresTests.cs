using EdgeDb.Core.Connections;
using Xunit;

namespace EdgeDb.Core.Tests.Connections;

public sealed class HttpFailuresTests
{
    [Fact]
    public void A_host_that_names_a_time_is_asked_again_then()
    {
        Assert.Equal(new RetryAdvice(true, TimeSpan.FromSeconds(3)), Advise(Status(429, TimeSpan.FromSeconds(3))));
        // A date that has passed.
        Assert.Equal(new RetryAdvice(true, TimeSpan.Zero), Advise(Status(503, TimeSpan.FromSeconds(-3))));
        Assert.Null(Advise(Status(503, null)));
        Assert.Null(Advise(Status(404, TimeSpan.FromSeconds(3))));
    }

    [Fact]
    public void A_gateway_without_its_server_is_worth_another_try_and_a_wrong_certificate_is_not()
    {
        Assert.Equal(new RetryAdvice(true), Advise(Status(502, null)));
        Assert.Null(Advise(Status(500, null)));
        Assert.Equal(new RetryAdvice(false), Advise(new HttpException(HttpFailure.Tls, "certificate")));
        Assert.Null(Advise(new HttpException(HttpFailure.Unreachable, "refused")));
    }

    private static RetryAdvice? Advise(HttpException failure) => HttpFailures.Advise(failure, HttpFailures.Classify(failure));

    private static HttpException Status(int status, TimeSpan? retryAfter) => new(HttpFailure.Status, "answered") { Status = status, RetryAfter = retryAfter };
}
