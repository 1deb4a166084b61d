using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using EdgeDb.Tests;

namespace EdgeDb.IntegrationTests;

/// <summary>A service that answers https too, and a client that trusts its authority and nobody else.</summary>
internal sealed class SecureService : IAsyncDisposable
{
    private const string Prefix = "EdgeDb answers https on ";

    private SecureService(ServiceProcess service) => Service = service;

    public ServiceProcess Service { get; }

    public int Port { get; private init; }

    public string AuthorityFile => Path.Combine(Service.DataFolder, "authority.pem");

    public static Task<SecureService> StartAsync(TemporaryFolder folder, params string[] arguments) =>
        StartWithAsync(folder, ["--tls", "on", .. arguments]);

    /// <summary>The same with exactly these arguments.</summary>
    public static Task<SecureService> StartWithAsync(TemporaryFolder folder, params string[] arguments) => StartWithAsync(folder, [], arguments);

    /// <summary>The same with environment variables of its own.</summary>
    public static async Task<SecureService> StartWithAsync(TemporaryFolder folder, (string Name, string Value)[] environment, params string[] arguments)
    {
        var service = await ServiceProcess.StartAsync(folder.File("data"), environment, arguments);
        var line = service.Output.Split('\n').Single(static l => l.StartsWith(Prefix, StringComparison.Ordinal));
        return new(service) { Port = new Uri(line[Prefix.Length..]).Port };
    }

    /// <summary>Writes the authority's certificate to <see cref="AuthorityFile"/>, as a device gets it.</summary>
    public async Task<X509Certificate2> TrustAsync()
    {
        var pem = await Service.Http.GetStringAsync(new Uri("/trust/authority.pem", UriKind.Relative));
        await File.WriteAllTextAsync(AuthorityFile, pem);
        return X509Certificate2.CreateFromPem(pem);
    }

    /// <summary>What a handshake shows.</summary>
    public async Task<X509Certificate2> ShownAsync()
    {
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Port);
        await using var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, static (_, shown, _, _) => shown is not null);
        await stream.AuthenticateAsClientAsync("localhost");
        return X509CertificateLoader.LoadCertificate(stream.RemoteCertificate!.GetRawCertData());
    }

    public static HttpClient Client(X509Certificate2 authority, string address, Version? version = null)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(authority);
        return new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, SslOptions = { CertificateChainPolicy = policy } })
        {
            BaseAddress = new Uri(address),
            DefaultRequestVersion = version ?? HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    /// <summary><c>openssl s_client</c> against the service: whether a handshake came about, and everything it said.</summary>
    public Task<(bool Connected, string Output)> AskAsync(params string[] arguments) =>
        OpenSslAsync(["s_client", "-connect", $"127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}", "-servername", "localhost", .. arguments]);

    public static async Task<(bool Succeeded, string Output)> OpenSslAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("openssl", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System);
        return (process.ExitCode == 0, await output + await errors);
    }

    public ValueTask DisposeAsync() => Service.DisposeAsync();
}
