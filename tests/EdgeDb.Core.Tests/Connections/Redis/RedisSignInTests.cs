using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EdgeDb.Core.Connections;
using EdgeDb.Tests;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeDb.Core.Tests.Connections.Redis;

public sealed class RedisSignInTests
{
    private const string Secret = "s3cret-Password";
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task The_right_password_opens_and_a_wrong_or_missing_one_says_which_setting_to_look_at()
    {
        await using var server = await RedisServer.StartAsync("--requirepass", Secret);
        await using (var connection = await server.OpenAsync(server.Settings with { Password = Secret }))
            await connection.PingAsync(None);

        Assert.Contains("It asks for a password; set Password.", await RefusalAsync(server, server.Settings), StringComparison.Ordinal);
        var wrong = await RefusalAsync(server, server.Settings with { Password = Secret + "x" });
        Assert.Contains("User 'default' or its Password is wrong", wrong, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, wrong, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_may_do_what_the_access_list_allows_and_the_rest_fails_alone()
    {
        await using var server = await RedisServer.StartAsync("--user", "app", "on", ">" + Secret, "~app:*", "+get", "+set", "+ping", "--user", "default", "off");
        await using var connection = await server.OpenAsync(server.Settings with { User = "app", Password = Secret });
        await connection.SetAsync("app:1", "mine", TimeSpan.FromMinutes(1), false, None);

        var key = await Assert.ThrowsAsync<RedisException>(() => connection.GetAsync("other", 0, static (_, _) => 0, None).AsTask());
        var command = await Assert.ThrowsAsync<RedisException>(() => connection.UnlinkAsync(["app:1"], None).AsTask());
        Assert.Equal(("NOPERM", "NOPERM"), (key.Code, command.Code));
        Assert.Equal("mine", await connection.GetAsync("app:1", 0, static (reply, _) => reply.AsText(), None));

        Assert.Contains("User 'default' or its Password is wrong, or the user is disabled", await RefusalAsync(server, server.Settings with { Password = "x" }), StringComparison.Ordinal);
        var database = await RefusalAsync(server, server.Settings with { User = "app", Password = Secret, Address = server.Settings.Address + "/2" });
        Assert.Contains("User 'app' may not run SELECT; allow it with ACL SETUSER.", database, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_database_and_the_name_of_the_connection_are_set()
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = await server.OpenAsync(server.Settings with { Address = server.Settings.Address + "/3" });
        var info = await connection.ExecuteAsync("CLIENT", ["INFO"], 0, static (reply, _) => reply.AsText(), None);
        Assert.Contains(" name=edgedb ", info, StringComparison.Ordinal);
        Assert.Contains(" db=3 ", info, StringComparison.Ordinal);
        Assert.Contains("DB index is out of range", await RefusalAsync(server, server.Settings with { Address = server.Settings.Address + "/99" }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Secret)]
    [InlineData("s3cret-Password-that-is-so-long-that-the-server-cuts-it-off-in-its-message-and-no-longer-repeats-it-as-a-whole-but-only-its-first-part-0123456789")]
    public async Task A_server_without_RESP3_repeats_the_password_and_the_failure_does_not(string password)
    {
        await using var server = await RedisServer.StartAsync("--rename-command", "HELLO", "");
        var failure = await Assert.ThrowsAsync<RedisException>(() => server.OpenAsync(server.Settings with { User = "app", Password = password }));
        Assert.Contains("It does not know HELLO; Redis 6 or newer is needed.", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TLS_is_verified_against_the_given_authority_and_takes_the_newest_version()
    {
        using var folder = new TemporaryFolder();
        using var otherFolder = new TemporaryFolder();
        var certificates = new TestCertificates(folder);
        var others = new TestCertificates(otherFolder);
        await using var server = await RedisServer.StartAsync(certificates.ServerArguments);
        var settings = server.Settings with { Address = Secure(server), CaFile = certificates.AuthorityFile };
        await using (var connection = await server.OpenAsync(settings with { MaxReplyBytes = 8 << 20 }))
        {
            var bytes = new byte[2_000_000];
            new Random(3).NextBytes(bytes);
            await connection.SetAsync("key", bytes, TimeSpan.FromMinutes(1), false, None);
            Assert.True(await connection.GetAsync("key", bytes, static (reply, bytes) => reply.AsBytes().SequenceEqual(bytes), None));
            await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => connection.PingAsync(None).AsTask()));
        }

        using (var transport = await RedisTransport.OpenAsync(settings, None))
            Assert.Equal("Tls13", transport.Security);
        foreach (var wrong in new[] { others.AuthorityFile, null })
        {
            var refusal = await RefusalAsync(server, settings with { CaFile = wrong });
            Assert.Contains($"TLS with rediss://127.0.0.1:{server.Port}/0 failed", refusal, StringComparison.Ordinal);
            Assert.Contains(wrong is null ? "that the system holds the authority" : $"that CaFile '{wrong}' holds the authority", refusal, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_refused()
    {
        using var folder = new TemporaryFolder();
        var certificates = new TestCertificates(folder, "other.example.org");
        await using var server = await RedisServer.StartAsync(certificates.ServerArguments);
        var refusal = await RefusalAsync(server, server.Settings with { Address = Secure(server), CaFile = certificates.AuthorityFile });
        Assert.Contains("RemoteCertificateNameMismatch", refusal, StringComparison.Ordinal);
        Assert.Contains("that its certificate names '127.0.0.1'", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Speaking_plainly_to_a_TLS_port_and_TLS_to_a_plain_one_fail_in_time_with_the_reason()
    {
        using var folder = new TemporaryFolder();
        await using var secure = await RedisServer.StartAsync(new TestCertificates(folder).ServerArguments);
        await using var plain = await RedisServer.StartAsync();
        Assert.Contains("If the port speaks TLS, use rediss://.", await RefusalAsync(secure, secure.Settings), StringComparison.Ordinal);
        var settings = plain.Settings with { Address = Secure(plain), ConnectTimeout = TimeSpan.FromSeconds(2) };
        var refusal = await RefusalAsync(plain, settings);
        Assert.Contains("that the port speaks TLS", refusal.Replace("that this port", "that the port", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_port_an_unknown_name_and_a_port_that_says_nothing_are_named()
    {
        var refused = await FailureAsync(new RedisSettings { Address = "redis://127.0.0.1:1" });
        Assert.Contains("Cannot connect to redis://127.0.0.1:1/0: ", refused.Message, StringComparison.Ordinal);
        var unknown = await FailureAsync(new RedisSettings { Address = "redis://no-such-host.invalid" });
        Assert.Contains("Cannot connect to redis://no-such-host.invalid:6379/0: ", unknown.Message, StringComparison.Ordinal);

        using var mute = new TcpListener(IPAddress.Loopback, 0);
        mute.Start();
        var address = string.Create(CultureInfo.InvariantCulture, $"redis://127.0.0.1:{((IPEndPoint)mute.LocalEndpoint).Port}");
        var silent = await FailureAsync(new RedisSettings { Address = address, ConnectTimeout = TimeSpan.FromSeconds(1) });
        Assert.Contains("did not let us in within 1,000 ms (ConnectTimeout)", silent.Message, StringComparison.Ordinal);

        static Task<RedisException> FailureAsync(RedisSettings settings) => Assert.ThrowsAsync<RedisException>(
            () => RedisConnection.OpenAsync(settings, null, TimeProvider.System, NullLogger.Instance, None).AsTask());
    }

    [Fact]
    public async Task A_caller_who_stops_waiting_for_a_connection_gets_his_cancellation()
    {
        using var mute = new TcpListener(IPAddress.Loopback, 0);
        mute.Start();
        var address = string.Create(CultureInfo.InvariantCulture, $"redis://127.0.0.1:{((IPEndPoint)mute.LocalEndpoint).Port}");
        using var cancellation = new CancellationTokenSource();
        var opening = RedisConnection.OpenAsync(
            new RedisSettings { Address = address }, null, TimeProvider.System, NullLogger.Instance, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
    }

    private static string Secure(RedisServer server) => string.Create(CultureInfo.InvariantCulture, $"rediss://127.0.0.1:{server.Port}");

    private static async Task<string> RefusalAsync(RedisServer server, RedisSettings settings)
    {
        var failure = await Assert.ThrowsAsync<RedisException>(() => server.OpenAsync(settings));
        Assert.Equal(RedisFailure.Connect, failure.Failure);
        return failure.Message;
    }
}
