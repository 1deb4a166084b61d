using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeDb.Core.Connections;
using EdgeDb.Core.Tests.Connections.Redis;
using EdgeDb.Tests;
using Xunit;
using static EdgeDb.Core.Tests.Connections.Postgres.PostgresTestServer;

namespace EdgeDb.Core.Tests.Connections;

/// <summary>Pins, and passwords that are replaced while connections are open, against real servers with TLS.</summary>
public sealed class UpstreamTrustTests
{
    private static readonly string OtherPin = Convert.ToBase64String(SHA256.HashData([1]));

    private static readonly PostgresCommand<int> One = new("SELECT 1", static (ref _, _) => { });

    [Fact]
    public async Task PostgreSQL_is_believed_with_one_of_its_pins_and_refused_without()
    {
        var servers = await Upstreams.SharedAsync();
        var options = Options(servers) with { RequireTls13 = true };
        foreach (var pins in (string[][])[[Pin(servers.CaFile)], [OtherPin, Pin(servers.CaFile)]])
            await UseAsync(options with { Pins = pins });

        await using var refusing = new PostgresSource(options with { Pins = [OtherPin] }, TimeProvider.System);
        var refused = await Assert.ThrowsAsync<PostgresFailureException>(async () => await refusing.OpenAsync(ConnectionRole.Read, None));

        Assert.Contains("that one of Pins is a key of its chain", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pin_makes_neither_an_unknown_authority_nor_another_name_believed()
    {
        var servers = await Upstreams.SharedAsync();
        var pinned = Options(servers) with { Pins = [Pin(servers.CaFile)] };
        // An address of the loopback that is not in the certificate.
        using var elsewhere = new TcpListener(IPAddress.Parse("127.0.0.2"), 0);
        elsewhere.Start();
        var port = ((IPEndPoint)elsewhere.LocalEndpoint).Port;
        foreach (var wrong in (PostgresOptions[])[pinned with { CaFile = null }, pinned with { Host = "127.0.0.2", Port = port }, pinned with { Host = "127.0.0.2", Port = port, Pins = [] }])
        {
            var forwarding = wrong.Port == port ? ForwardAsync(elsewhere, servers.PrimaryPort) : Task.CompletedTask;
            await using var source = new PostgresSource(wrong, TimeProvider.System);
            var refused = await Assert.ThrowsAsync<PostgresFailureException>(async () => await source.OpenAsync(ConnectionRole.Read, None));
            Assert.Contains("Check that CaFile signed", refused.Message, StringComparison.Ordinal);
            await forwarding;
        }
    }

    [Fact]
    public async Task A_password_of_PostgreSQL_is_replaced_without_a_restart()
    {
        var servers = await Upstreams.SharedAsync();
        using var folder = new TemporaryFolder();
        var (role, file) = ($"rotated_{Guid.NewGuid():N}", folder.File("password"));
        await AdminAsync(servers, $"CREATE ROLE {role} LOGIN PASSWORD 'first'");
        try
        {
            await File.WriteAllTextAsync(file, "first", TestContext.Current.CancellationToken);
            await using var source = new PostgresSource(Options(servers) with { Username = role, Password = Secret.OfFile(file) }, TimeProvider.System);
            var open = await source.OpenAsync(ConnectionRole.Read, None);

            await AdminAsync(servers, $"ALTER ROLE {role} PASSWORD 'second one'");
            var refused = await Assert.ThrowsAsync<PostgresFailureException>(async () => await source.OpenAsync(ConnectionRole.Read, None));
            Assert.DoesNotContain("first", refused.ToString(), StringComparison.Ordinal);
            await File.WriteAllTextAsync(file, "second one", TestContext.Current.CancellationToken);
            var renewed = await source.OpenAsync(ConnectionRole.Read, None);

            foreach (var connection in (PostgresConnection[])[open, renewed])
            {
                Assert.Equal(1, await connection.FirstAsync(One, 0, static row => row.GetInt32(0), None));
                await source.CloseAsync(connection);
            }
        }
        finally
        {
            await AdminAsync(servers, $"DROP ROLE {role}");
        }
    }

    [Fact]
    public async Task Redis_is_believed_with_one_of_its_pins_and_refused_without()
    {
        using var folder = new TemporaryFolder();
        var certificates = new TestCertificates(folder);
        await using var server = await RedisServer.StartAsync(certificates.ServerArguments);
        var settings = server.Settings with { Address = $"rediss://127.0.0.1:{server.Port}", CaFile = certificates.AuthorityFile, RequireTls13 = true };
        await using (var connection = await server.OpenAsync(settings with { Pins = [OtherPin, Pin(certificates.CertificateFile)] }))
            await connection.PingAsync(None);

        var refused = await Assert.ThrowsAsync<RedisException>(() => server.OpenAsync(settings with { Pins = [OtherPin] }));

        Assert.Contains("that one of Pins is a key of its chain", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_of_Redis_is_replaced_without_a_restart()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("password");
        await File.WriteAllTextAsync(file, "first", TestContext.Current.CancellationToken);
        await using var server = await RedisServer.StartAsync("--requirepass", "first");
        var settings = server.Settings with { Password = Secret.OfFile(file) };
        await using var open = await server.OpenAsync(settings);
        await using (var admin = await server.OpenAsync(settings))
            await admin.SendAsync("ACL", ["SETUSER", "default", "resetpass", ">second one"], 0, static (_, _) => 0, TimeSpan.FromSeconds(10), None);

        await Assert.ThrowsAsync<RedisException>(() => server.OpenAsync(settings));
        await File.WriteAllTextAsync(file, "second one", TestContext.Current.CancellationToken);

        await using var renewed = await server.OpenAsync(settings);
        await renewed.PingAsync(None);
        await open.PingAsync(None);
    }

    private static async Task UseAsync(PostgresOptions options)
    {
        await using var source = new PostgresSource(options, TimeProvider.System);
        var connection = await source.OpenAsync(ConnectionRole.Read, None);
        Assert.Equal(1, await connection.FirstAsync(One, 0, static row => row.GetInt32(0), None));
        await source.CloseAsync(connection);
    }

    /// <summary>Passes one connection on, until either end leaves.</summary>
    private static async Task ForwardAsync(TcpListener listener, int port)
    {
        using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        using var server = new TcpClient();
        await server.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        var (there, back) = (client.GetStream().CopyToAsync(server.GetStream(), None), server.GetStream().CopyToAsync(client.GetStream(), None));
        await Task.WhenAny(there, back);
    }

    private static string Pin(string certificateFile)
    {
        using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(certificateFile));
        return Convert.ToBase64String(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
    }
}
