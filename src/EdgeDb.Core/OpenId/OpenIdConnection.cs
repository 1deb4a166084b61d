using System.Net;
using System.Text;
using System.Text.Json;
using EdgeDb.Core.Connections;

namespace EdgeDb.Core.OpenId;

/// <summary>The way to the provider, as it described itself when the connection was opened.</summary>
internal sealed class OpenIdConnection(HttpTransport transport, OpenIdSettings settings, OpenIdMetadata metadata)
{
    private const int MaxDocumentBytes = 256 * 1024;
    private const int MaxTokenBytes = 64 * 1024;

    /// <summary>What it said of itself.</summary>
    public OpenIdMetadata Metadata => metadata;

    /// <summary>Asks what the provider says of itself. Throws <see cref="HttpException"/>.</summary>
    public static async Task<OpenIdConnection> OpenAsync(HttpTransport transport, OpenIdSettings settings, CancellationToken ct)
    {
        var document = await GetAsync(transport, settings, OpenIdMetadata.AddressOf(settings), ct).ConfigureAwait(false);
        return new(transport, settings, OpenIdMetadata.Read(document, settings));
    }

    /// <summary>Its keys as it sends them (RFC 7517 §5). Throws <see cref="HttpException"/>.</summary>
    public ValueTask<byte[]> ReadKeysAsync(CancellationToken ct) => new(GetAsync(transport, settings, metadata.Keys, ct));

    /// <summary>
    /// Exchanges a code for an ID token. Throws <see cref="HttpException"/> when the provider fails, and <see cref="OpenIdException"/> when it refuses.
    /// </summary>
    /// <param name="code">What the browser brought.</param>
    /// <param name="verifier">Of PKCE (RFC 7636): shows that whoever began it exchanges the code.</param>
    /// <param name="returnTo">Where the browser brought it to.</param>
    /// <param name="ct">Cancels.</param>
    public async ValueTask<string> RedeemAsync(string code, string verifier, string returnTo, CancellationToken ct)
    {
        var secret = settings.ClientSecret?.Value;
        var isBasic = secret is not null && metadata.TakesBasic;
        var form = $"grant_type=authorization_code&code={Uri.EscapeDataString(code)}&redirect_uri={Uri.EscapeDataString(returnTo)}&code_verifier={verifier}"
            + (isBasic ? "" : $"&client_id={Uri.EscapeDataString(settings.ClientId)}")
            + (secret is null || isBasic ? "" : $"&client_secret={Uri.EscapeDataString(secret)}");
        var answer = await transport.SendAsync(
            new HttpCall
            {
                Method = HttpMethod.Post,
                Uri = metadata.Token,
                Headers = [("Accept", "application/json")],
                // Both parts are escaped before they are joined (RFC 6749 §2.3.1).
                Credential = isBasic
                    ? ("Authorization", "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes($"{Uri.EscapeDataString(settings.ClientId)}:{Uri.EscapeDataString(secret!)}")))
                    : null,
                Body = Encoding.ASCII.GetBytes(form),
                BodyType = "application/x-www-form-urlencoded",
                Timeout = settings.Timeout,
                MaxAnswerBytes = MaxTokenBytes,
                ReadsFailures = true,
                Trust = settings.Trust,
            },
            ct).ConfigureAwait(false);
        if (answer.Status is (int)HttpStatusCode.BadRequest or (int)HttpStatusCode.Unauthorized or (int)HttpStatusCode.Forbidden)
        {
            if (Field(answer.Body, "error") is "invalid_client")
            {
                settings.ClientSecret?.Refused();
                throw new OpenIdException(OpenIdFailure.Away, $"{settings} does not know this client by its secret.");
            }

            throw new OpenIdException(OpenIdFailure.Unproven, $"{settings} did not take the code.");
        }

        answer.ThrowIfFailed();
        return Field(answer.Body, "id_token") ?? throw new HttpException(HttpFailure.Content, $"{settings} answered a code without an ID token.");
    }

    private static async Task<byte[]> GetAsync(HttpTransport transport, OpenIdSettings settings, Uri address, CancellationToken ct)
    {
        var answer = await transport.SendAsync(
            new HttpCall { Uri = address, Headers = [("Accept", "application/json")], Timeout = settings.Timeout, MaxAnswerBytes = MaxDocumentBytes, Trust = settings.Trust }, ct)
            .ConfigureAwait(false);
        answer.ThrowIfFailed();
        return answer.Body;
    }

    private static string? Field(byte[] json, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
