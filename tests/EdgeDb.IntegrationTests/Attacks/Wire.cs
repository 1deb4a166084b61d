using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>A connection on which a test says every byte itself, in the clear or over TLS.</summary>
internal sealed partial class Wire : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TcpClient _client;

    private Wire(TcpClient client, Stream stream) => (_client, Stream) = (client, stream);

    public Stream Stream { get; }

    public Socket Socket => _client.Client;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <param name="to">Where the service listens.</param>
    /// <param name="secure">Over TLS, whoever answers.</param>
    /// <param name="from">Another address of this machine than the usual one; all of 127.0.0.0/8 are.</param>
    public static async Task<Wire> ConnectAsync(IPEndPoint to, bool secure = false, IPAddress? from = null)
    {
        var client = from is null ? new TcpClient(to.AddressFamily) : new TcpClient(new IPEndPoint(from, 0));
        await client.ConnectAsync(to, Ct);
        if (!secure)
            return new(client, client.GetStream());
        var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, static (_, shown, _, _) => shown is not null);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", ApplicationProtocols = [SslApplicationProtocol.Http11] }, Ct);
        return new(client, stream);
    }

    public async Task SendAsync(string text) => await Stream.WriteAsync(Encoding.Latin1.GetBytes(text), Ct);

    /// <summary>Everything until the service hangs up. Fails after a minute, as it must.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var text = new StringBuilder();
        var bytes = new byte[16 * 1024];
        try
        {
            int read;
            while ((read = await Stream.ReadAsync(bytes, Ct).AsTask().WaitAsync(Patience, TimeProvider.System, Ct)) > 0)
                text.Append(Encoding.Latin1.GetString(bytes, 0, read));
        }
        catch (IOException)
        {
            // A reset: it has answered and does not want the rest.
        }

        return text.ToString();
    }

    /// <summary>The status of each answer.</summary>
    public static List<int> Statuses(string answers) =>
        [.. StatusLine().Matches(answers).Select(static line => int.Parse(line.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture))];

    public void Dispose()
    {
        Stream.Dispose();
        _client.Dispose();
    }

    [GeneratedRegex(@"HTTP/1\.1 (\d{3}) ")]
    private static partial Regex StatusLine();
}
