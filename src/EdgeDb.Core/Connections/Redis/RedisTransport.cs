using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace EdgeDb.Core.Connections;

/// <summary>The byte stream to a server: a socket, with TLS on it where the address says so.</summary>
internal sealed class RedisTransport : IDisposable
{
    private readonly Socket _socket;

    private RedisTransport(Socket socket, Stream stream)
    {
        _socket = socket;
        Stream = stream;
    }

    /// <summary>Takes one reader and one writer at a time.</summary>
    public Stream Stream { get; }

    /// <summary>"Tls13" for example; "no TLS" without.</summary>
    public string Security => Stream is SslStream secure ? secure.SslProtocol.ToString() : "no TLS";

    /// <summary>Connects and verifies the server. Throws <see cref="RedisException"/> with what to do about it.</summary>
    public static async Task<RedisTransport> OpenAsync(RedisSettings settings, CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new DnsEndPoint(settings.Host, settings.Port), ct).ConfigureAwait(false);
            var stream = new NetworkStream(socket, ownsSocket: true);
            return new RedisTransport(socket, settings.UsesTls ? await SecureAsync(stream, settings, ct).ConfigureAwait(false) : stream);
        }
        catch (SocketException failure)
        {
            socket.Dispose();
            throw new RedisException(
                RedisFailure.Connect, $"Cannot connect to {settings}: {failure.Message}. Check that the server runs there, and the Address.", failure);
        }
        catch (Exception failure) when (failure is AuthenticationException or IOException)
        {
            socket.Dispose();
            throw new RedisException(
                RedisFailure.Connect,
                $"TLS with {settings} failed: {failure.Message} Check that this port speaks TLS, that its certificate names '{settings.Host}', and that " +
                $"{(settings.CaFile is null ? "the system" : $"CaFile '{settings.CaFile}'")} holds the authority that signed it{(settings.Pins.Count > 0 ? ", and that one of Pins is a key of its chain" : "")}.", failure);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Ends reads and writes that run, with an exception.</summary>
    public void Dispose()
    {
        // The socket first: closing a TLS stream would try to say goodbye on a connection that may be dead.
        _socket.Dispose();
        Stream.Dispose();
    }

    private static async Task<SslStream> SecureAsync(NetworkStream stream, RedisSettings settings, CancellationToken ct)
    {
        var secure = new SslStream(stream);
        var options = settings.Trust.ToOptions();
        options.TargetHost = settings.Host;
        await secure.AuthenticateAsClientAsync(options, ct).ConfigureAwait(false);
        return secure;
    }
}
