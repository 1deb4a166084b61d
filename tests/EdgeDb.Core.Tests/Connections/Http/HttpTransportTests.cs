using System.IO.Compression;
using System.Security.Authentication;
using EdgeDb.Core.Connections;
using EdgeDb.Tests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Xunit;

namespace EdgeDb.Core.Tests.Connections;

/// <summary>The transport against real servers on loopback.</summary>
public sealed class HttpTransportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new();
    private readonly TlsTrust _trust;

    public HttpTransportTests() => _trust = new TlsTrust { CaFile = CaFile("ca.pem", _authority) };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_newest_TLS_and_HTTP_that_both_know_are_spoken()
    {
        await using var server = await WebServer.StartAsync(static context => context.Response.WriteAsync("hello"), _authority.Certificate);
        using var transport = NewTransport();

        var answer = await transport.SendAsync(new HttpCall { Uri = server.Address, Trust = _trust }, Ct);

        Assert.Equal("hello", Text(answer));
        Assert.Equal(new Version(2, 0), answer.Version);
        Assert.Equal(SslProtocols.Tls13, server.Protocol);
    }

    [Fact]
    public async Task Many_requests_share_one_connection_over_HTTP_2()
    {
        await using var server = await WebServer.StartAsync(static context => context.Response.WriteAsync("hello"), _authority.Certificate);
        using var transport = NewTransport();
        var call = new HttpCall { Uri = server.Address, Trust = _trust };

        await transport.SendAsync(call, Ct);
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => transport.SendAsync(call, Ct)));

        Assert.Equal(1, server.Connections);
        Assert.Equal(1, transport.Statistics.Sockets);
    }

    [Fact]
    public async Task A_host_with_TLS_1_2_only_is_asked_unless_1_3_is_required()
    {
        await using var server = await WebServer.StartAsync(static context => context.Response.WriteAsync("old"), _authority.Certificate, SslProtocols.Tls12, HttpProtocols.Http1);
        using var transport = NewTransport();

        Assert.Equal("old", Text(await transport.SendAsync(new HttpCall { Uri = server.Address, Trust = _trust }, Ct)));
        var strict = new TlsTrust { CaFile = _trust.CaFile, RequireTls13 = true };
        var failure = await FailureAsync(transport, new HttpCall { Uri = server.Address, Trust = strict });

        Assert.Equal((HttpFailure.Tls, FailureKind.Connect), (failure.Failure, failure.Kind));
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public async Task Only_the_authority_that_is_trusted_is_believed()
    {
        await using var server = await WebServer.StartAsync(static context => context.Response.WriteAsync("hello"), _authority.Certificate);
        using var other = new TestAuthority();
        using var transport = NewTransport();

        var failure = await FailureAsync(transport, new HttpCall { Uri = server.Address, Trust = new TlsTrust { CaFile = CaFile("other.pem", other) } });
        Assert.Equal((HttpFailure.Tls, FailureKind.Connect), (failure.Failure, failure.Kind));
        Assert.Equal(HttpFailure.Tls, (await FailureAsync(transport, new HttpCall { Uri = server.Address })).Failure);
        Assert.Equal(0, server.Requests);
    }

    [Fact]
    public async Task A_pinned_key_is_believed_and_a_valid_certificate_with_another_is_not()
    {
        await using var server = await WebServer.StartAsync(static context => context.Response.WriteAsync("hello"), _authority.Certificate);
        using var other = new TestAuthority();
        using var transport = NewTransport();

        await transport.SendAsync(new HttpCall { Uri = server.Address, Trust = new TlsTrust { CaFile = _trust.CaFile, Pins = [other.Pin, _authority.Pin] } }, Ct);
        var failure = await FailureAsync(transport, new HttpCall { Uri = server.Address, Trust = new TlsTrust { CaFile = _trust.CaFile, Pins = [other.Pin] } });

        Assert.Equal(HttpFailure.Tls, failure.Failure);
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_refused_although_its_authority_is_trusted()
    {
        using var elsewhere = new TestAuthority("elsewhere.example");
        await using var server = await WebServer.StartAsync(static context => context.Response.WriteAsync("hello"), elsewhere.Certificate);
        using var transport = NewTransport();

        var failure = await FailureAsync(transport, new HttpCall { Uri = server.Address, Trust = new TlsTrust { CaFile = CaFile("elsewhere.pem", elsewhere) } });

        Assert.Equal(HttpFailure.Tls, failure.Failure);
        Assert.Equal(0, server.Requests);
    }

    [Theory]
    [InlineData(400, FailureKind.Caller)]
    [InlineData(401, FailureKind.Caller)]
    [InlineData(404, FailureKind.Caller)]
    [InlineData(408, FailureKind.Timeout)]
    [InlineData(409, FailureKind.Caller)]
    [InlineData(429, FailureKind.Overload)]
    [InlineData(500, FailureKind.Query)]
    [InlineData(502, FailureKind.Query)]
    [InlineData(503, FailureKind.Overload)]
    [InlineData(504, FailureKind.Query)]
    [InlineData(302, FailureKind.Caller)]
    public async Task A_status_says_whose_fault_it_is(int status, FailureKind kind)
    {
        await using var server = await WebServer.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = "7";
            return Task.CompletedTask;
        });
        using var transport = NewTransport();

        var answer = await transport.SendAsync(new HttpCall { Uri = server.Address }, Ct);

        var failure = Assert.Throws<HttpException>(() => answer.ThrowIfFailed());
        Assert.Equal((HttpFailure.Status, status, kind), (failure.Failure, failure.Status, HttpFailures.Classify(failure)));
        Assert.Equal(TimeSpan.FromSeconds(7), failure.RetryAfter);
    }

    [Fact]
    public async Task A_host_that_hangs_is_given_up_at_the_time_of_the_call()
    {
        await using var server = await WebServer.StartAsync(static context => context.Response.WriteAsync("hello"));
        await using var proxy = new FaultProxy("127.0.0.1", server.Port) { Admission = ProxyAdmission.HalfOpen };
        using var transport = NewTransport();
        var call = new HttpCall { Uri = new Uri($"http://127.0.0.1:{proxy.Port}/"), Timeout = TimeSpan.FromMilliseconds(200) };

        var failure = await FailureAsync(transport, call).WaitAsync(TimeSpan.FromSeconds(20), Ct);

        Assert.Equal((HttpFailure.Timeout, FailureKind.Timeout), (failure.Failure, failure.Kind));
        Assert.Equal(0, transport.Statistics.InFlight);
    }

    [Fact]
    public async Task Cancellation_of_the_caller_is_his_own()
    {
        await using var server = await WebServer.StartAsync(static context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        using var transport = NewTransport();
        using var cancel = new CancellationTokenSource();
        var asking = transport.SendAsync(new HttpCall { Uri = server.Address }, cancel.Token);
        await UntilAsync(() => server.Running == 1);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        Assert.Equal(0, transport.Statistics.InFlight);
    }

    [Fact]
    public async Task A_connection_that_is_cut_counts_against_the_endpoint()
    {
        var answering = new TaskCompletionSource();
        await using var server = await WebServer.StartAsync(async context =>
        {
            context.Response.ContentLength = 1000;
            await context.Response.WriteAsync("only this");
            await context.Response.Body.FlushAsync();
            answering.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        await using var proxy = new FaultProxy("127.0.0.1", server.Port);
        using var transport = NewTransport();
        var asking = FailureAsync(transport, new HttpCall { Uri = new Uri($"http://127.0.0.1:{proxy.Port}/") });
        await answering.Task;

        proxy.ResetConnections();

        Assert.Equal(FailureKind.Connect, (await asking).Kind);
    }

    [Fact]
    public async Task An_answer_is_bounded_also_when_it_says_nothing_of_its_size_and_when_it_is_compressed()
    {
        await using var server = await WebServer.StartAsync(async context =>
        {
            if (context.Request.Path == "/gzip")
            {
                context.Response.Headers.ContentEncoding = "gzip";
                await using var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
                await gzip.WriteAsync(new byte[5_000_000]);
            }
            else if (context.Request.Path == "/declared")
            {
                context.Response.ContentLength = 5_000_000;
                await context.Response.Body.WriteAsync(new byte[5_000_000]);
            }
            else
            {
                await context.Response.Body.WriteAsync(new byte[1000]);
            }
        });
        using var transport = NewTransport();

        foreach (var path in new[] { "gzip", "declared" })
        {
            var failure = await FailureAsync(transport, new HttpCall { Uri = new Uri(server.Address, path), MaxAnswerBytes = 1000 });
            Assert.Equal(HttpFailure.TooLarge, failure.Failure);
        }

        Assert.Equal(1000, (await transport.SendAsync(new HttpCall { Uri = server.Address, MaxAnswerBytes = 1000 }, Ct)).Body.Length);
        Assert.Equal(HttpFailure.TooLarge, (await FailureAsync(transport, new HttpCall { Uri = server.Address, MaxAnswerBytes = 999 })).Failure);
    }

    [Fact]
    public async Task A_body_that_cannot_be_decompressed_is_the_operations_failure()
    {
        await using var server = await WebServer.StartAsync(static context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            return context.Response.WriteAsync("this is no gzip");
        });
        using var transport = NewTransport();

        var failure = await FailureAsync(transport, new HttpCall { Uri = server.Address });

        Assert.Equal((HttpFailure.Undecodable, FailureKind.Query), (failure.Failure, failure.Kind));
    }

    [Fact]
    public async Task A_redirect_takes_the_headers_along_and_to_another_host_not_the_credential()
    {
        await using var target = await WebServer.StartAsync(static context => context.Response.WriteAsync("there"));
        await using var server = await WebServer.StartAsync(context =>
        {
            context.Response.Redirect(context.Request.Path == "/first" ? "/second" : target.Address.ToString());
            return Task.CompletedTask;
        });
        using var transport = NewTransport();
        var call = new HttpCall { Uri = new Uri(server.Address, "/first"), Headers = [("X-Kept", "yes")], Credential = ("api-key", "secret"), MaxRedirects = 2 };

        Assert.Equal("there", Text(await transport.SendAsync(call, Ct)));

        Assert.All(server.Headers, static headers => Assert.Equal("secret", headers["api-key"]));
        var last = Assert.Single(target.Headers);
        Assert.Equal("yes", last["X-Kept"]);
        Assert.DoesNotContain("api-key", last.Keys);
        Assert.Equal(HttpFailure.TooManyRedirects, (await FailureAsync(transport, call with { MaxRedirects = 1 })).Failure);
    }

    [Fact]
    public async Task A_redirect_from_https_to_http_is_refused()
    {
        await using var plain = await WebServer.StartAsync(static context => context.Response.WriteAsync("there"));
        await using var server = await WebServer.StartAsync(
            context =>
            {
                context.Response.Redirect(plain.Address.ToString());
                return Task.CompletedTask;
            },
            _authority.Certificate);
        using var transport = NewTransport();

        var failure = await FailureAsync(transport, new HttpCall { Uri = server.Address, Trust = _trust, MaxRedirects = 5 });

        Assert.Equal(HttpFailure.InsecureRedirect, failure.Failure);
        Assert.Equal(0, plain.Requests);
    }

    [Fact]
    public async Task A_name_that_does_not_exist_and_a_port_nobody_listens_on_are_told_apart()
    {
        using var transport = NewTransport();
        await using var proxy = new FaultProxy("127.0.0.1", 1) { Admission = ProxyAdmission.Refuse };

        var unknown = await FailureAsync(transport, new HttpCall { Uri = new Uri("http://no-such-host.invalid/secret") });
        var refused = await FailureAsync(transport, new HttpCall { Uri = new Uri($"http://localhost:{proxy.Port}/secret") });

        Assert.Equal((HttpFailure.UnknownHost, FailureKind.Connect), (unknown.Failure, unknown.Kind));
        Assert.Equal((HttpFailure.Unreachable, FailureKind.Connect), (refused.Failure, refused.Kind));
        Assert.DoesNotContain("secret", unknown.Message + refused.Message, StringComparison.Ordinal);
    }

    private static HttpTransport NewTransport() => new(new HttpLimits(), TimeProvider.System);

    private static string Text(HttpAnswer answer) => System.Text.Encoding.UTF8.GetString(answer.Body);

    private static Task<HttpException> FailureAsync(HttpTransport transport, HttpCall call) =>
        Assert.ThrowsAsync<HttpException>(() => transport.SendAsync(call, Ct));

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Ct);
    }

    private string CaFile(string name, TestAuthority authority)
    {
        var file = _folder.File(name);
        File.WriteAllText(file, authority.Pem);
        return file;
    }
}
