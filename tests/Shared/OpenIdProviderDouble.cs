using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EdgeDb.Tests;

/// <summary>
/// A double of an OpenID Connect provider: a real server on loopback that keeps to OpenID Connect Core 1.0, PKCE (RFC 7636) and RFC 9207 with keys of its own, until a test has it lie.
/// On its page the person says yes or no; where there is no browser, <see cref="SignIn"/> is the person.
/// </summary>
internal sealed class OpenIdProviderDouble : IAsyncDisposable
{
    public const string Client = "edgedb";
    public const string Secret = "a secret: with / and %";

    // Making one takes a good part of a second, and no test asks for a new one.
    private static readonly ConcurrentDictionary<int, RSA> Pairs = new();

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, Code> _codes = new();
    private readonly Task _loop;
    private int _keys;

    public OpenIdProviderDouble()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        Signer = AddKey("RS256");
        _loop = AcceptAsync();
    }

    /// <summary>A key that it signs with, as it publishes it.</summary>
    internal sealed record Key(string Id, string Algorithm, JsonObject Public, Func<byte[], byte[]> Sign);

    private sealed record Code(string Nonce, string Challenge, string ReturnTo);

    public int Port { get; }

    public string Issuer => $"http://localhost:{Port}/realms/home";

    /// <summary>For <c>--oidc</c>; the secret's colon and slash are escaped.</summary>
    public string Setting => $"http://{Client}:{Uri.EscapeDataString(Secret)}@localhost:{Port}/realms/home?name=Doorkeeper";

    /// <summary>Whom it vouches for.</summary>
    public string Subject { get; set; } = "f3c2-ana";

    public Func<DateTimeOffset> Now { get; set; } = static () => TimeProvider.System.GetUtcNow();

    /// <summary>Keys that it publishes.</summary>
    public List<Key> Keys { get; } = [];

    /// <summary>The one that signs.</summary>
    public Key Signer { get; set; }

    /// <summary>Says that its answers carry <c>iss</c>, and has them do so.</summary>
    public bool NamesItself { get; set; } = true;

    /// <summary>Takes the secret of a client in the body only.</summary>
    public bool TakesPostOnly { get; set; }

    /// <summary>Changes the claims before they are signed.</summary>
    public Action<JsonObject>? Claims { get; set; }

    /// <summary>Changes the header before it is signed.</summary>
    public Action<JsonObject>? Header { get; set; }

    /// <summary>Changes a token after it was signed.</summary>
    public Func<string, string>? Token { get; set; }

    /// <summary>Answers itself instead: path, to status and body; null leaves it to the provider.</summary>
    public Func<string, (int Status, byte[] Body)?>? Instead { get; set; }

    /// <summary>Takes requests and answers nothing; completed by the first of them.</summary>
    public TaskCompletionSource? Silence { get; set; }

    /// <summary>Paths that were asked for.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Makes a key and publishes it.</summary>
    public Key AddKey(string algorithm)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"key-{++_keys}");
        Key key;
        if (algorithm.StartsWith("ES", StringComparison.Ordinal))
        {
            var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var point = pair.ExportParameters(false).Q;
            key = new(id, algorithm, new() { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = Encode(point.X!), ["y"] = Encode(point.Y!) }, data => pair.SignData(data, HashAlgorithmName.SHA256));
        }
        else
        {
            var pair = Pairs.GetOrAdd(_keys, static _ => RSA.Create(2048));
            var parameters = pair.ExportParameters(false);
            var padding = algorithm.StartsWith("PS", StringComparison.Ordinal) ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
            key = new(id, algorithm, new() { ["kty"] = "RSA", ["n"] = Encode(parameters.Modulus!), ["e"] = Encode(parameters.Exponent!) }, Sign);
            byte[] Sign(byte[] data)
            {
                lock (pair)
                    return pair.SignData(data, HashAlgorithmName.SHA256, padding);
            }
        }

        key.Public["kid"] = id;
        key.Public["use"] = "sig";
        Keys.Add(key);
        return key;
    }

    /// <summary>The person signs in where the browser was sent to. Returns where it is sent back to.</summary>
    public Uri SignIn(Uri address)
    {
        var query = Form(address.Query.TrimStart('?'));
        if (address.AbsolutePath != "/realms/home/authorize" || query["response_type"] != "code" || query["client_id"] != Client || query["scope"] != "openid"
            || query["code_challenge_method"] != "S256")
            throw new InvalidOperationException($"No authorization request: {address}");
        var code = Encode(RandomNumberGenerator.GetBytes(16));
        _codes[code] = new(query["nonce"], query["code_challenge"], query["redirect_uri"]);
        return new($"{query["redirect_uri"]}?code={code}&state={query["state"]}&session_state=x{(NamesItself ? "&iss=" + Uri.EscapeDataString(Issuer) : "")}");
    }

    /// <summary>The person does not want to. Returns where the browser is sent back to.</summary>
    public Uri Deny(Uri address)
    {
        var query = Form(address.Query.TrimStart('?'));
        return new($"{query["redirect_uri"]}?error=access_denied&state={query["state"]}&iss={Uri.EscapeDataString(Issuer)}");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _loop;
        _stop.Dispose();
    }

    public static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);

    /// <summary>A token as it would be made now.</summary>
    public string TokenFor(string nonce)
    {
        var now = Now().ToUnixTimeSeconds();
        var claims = new JsonObject { ["iss"] = Issuer, ["sub"] = Subject, ["aud"] = Client, ["exp"] = now + 300, ["iat"] = now, ["nonce"] = nonce };
        Claims?.Invoke(claims);
        var header = new JsonObject { ["alg"] = Signer.Algorithm, ["kid"] = Signer.Id, ["typ"] = "JWT" };
        Header?.Invoke(header);
        var signed = $"{Encode(Encoding.UTF8.GetBytes(header.ToJsonString()))}.{Encode(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
        var token = $"{signed}.{Encode(Signer.Sign(Encoding.ASCII.GetBytes(signed)))}";
        return Token?.Invoke(token) ?? token;
    }

    private (int Status, string Body) Answer(string path, string body, string authorization)
    {
        if (path.StartsWith("/realms/home/authorize?", StringComparison.Ordinal))
        {
            var asked = new Uri($"http://localhost:{Port}{path}");
            return (200, $"<!DOCTYPE html><title>Doorkeeper</title><a href='{WebUtility.HtmlEncode(SignIn(asked).ToString())}'>It is me</a> <a href='{WebUtility.HtmlEncode(Deny(asked).ToString())}'>Not now</a>");
        }

        switch (path)
        {
            case "/realms/home/.well-known/openid-configuration":
                return (200, new JsonObject
                {
                    ["issuer"] = Issuer,
                    ["authorization_endpoint"] = Issuer + "/authorize",
                    ["token_endpoint"] = Issuer + "/token",
                    ["jwks_uri"] = Issuer + "/keys",
                    ["authorization_response_iss_parameter_supported"] = NamesItself,
                    ["token_endpoint_auth_methods_supported"] = TakesPostOnly ? new JsonArray("client_secret_post") : new JsonArray("client_secret_basic", "client_secret_post"),
                }.ToJsonString());
            case "/realms/home/keys":
                return (200, new JsonObject { ["keys"] = new JsonArray([.. Keys.Select(static key => key.Public.DeepClone())]) }.ToJsonString());
            case "/realms/home/token":
                var form = Form(body);
                var credential = TakesPostOnly
                    ? form.GetValueOrDefault("client_id") + ":" + form.GetValueOrDefault("client_secret")
                    : string.Join(':', Encoding.ASCII.GetString(Convert.FromBase64String(authorization.Replace("Basic ", "", StringComparison.Ordinal))).Split(':').Select(Uri.UnescapeDataString));
                if (credential != $"{Client}:{Secret}")
                    return (401, """{"error":"invalid_client"}""");
                // A code is taken once, whatever comes of it.
                if (!_codes.TryRemove(form["code"], out var code) || form["redirect_uri"] != code.ReturnTo
                    || Encode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"]))) != code.Challenge)
                    return (400, """{"error":"invalid_grant"}""");
                return (200, JsonSerializer.Serialize(new Dictionary<string, string> { ["access_token"] = "x", ["token_type"] = "Bearer", ["id_token"] = TokenFor(code.Nonce) }));
            default:
                return (404, "{}");
        }
    }

    private static Dictionary<string, string> Form(string text) => text.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(static pair => pair.Split('=', 2))
        .ToDictionary(static pair => pair[0], static pair => Uri.UnescapeDataString(pair[1]), StringComparer.Ordinal);

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // Disposed, maybe between two connections.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using var connection = client;
            await using var stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
            if (await reader.ReadLineAsync(_stop.Token) is not { } line)
                return;
            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } header)
                headers[header[..header.IndexOf(':', StringComparison.Ordinal)]] = header[(header.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
            var body = new char[int.Parse(headers.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture)];
            if (body.Length > 0)
                await reader.ReadBlockAsync(body, _stop.Token);
            var path = line.Split(' ')[1];
            Requests.Enqueue(path);
            if (Silence is { } silence)
            {
                silence.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stop.Token);
            }

            var (status, bytes) = Instead?.Invoke(path) ?? Bytes(Answer(path, new string(body), headers.GetValueOrDefault("Authorization", "")));
            await stream.WriteAsync(
                Encoding.ASCII.GetBytes(string.Create(
                    CultureInfo.InvariantCulture, $"HTTP/1.1 {status} Status\r\nConnection: close\r\nContent-Type: {(bytes is [(byte)'<', ..] ? "text/html" : "application/json")}\r\nContent-Length: {bytes.Length}\r\n\r\n")),
                _stop.Token);
            await stream.WriteAsync(bytes, _stop.Token);
            await stream.FlushAsync(_stop.Token);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or SocketException)
        {
            // The client left, as it may.
        }

        static (int, byte[]) Bytes((int Status, string Body) answer) => (answer.Status, Encoding.UTF8.GetBytes(answer.Body));
    }
}
