using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using EdgeDb.Core.Connections;

namespace EdgeDb.Core.OpenId;

/// <summary>
/// Signs people in with a provider of their household: authorization code with PKCE (RFC 7636, S256), the provider's answer checked by <c>state</c>, <c>iss</c> (RFC 9207) and
/// <c>nonce</c>. It asks for <c>openid</c> alone: who it is by the provider's own identifier, neither name nor address.
/// </summary>
internal sealed class OpenIdProvider(OpenIdSettings settings, ConnectionEndpoint<OpenIdConnection> endpoint, Func<long> now, TimeProvider time)
{
    private const int MaxCodeLength = 4096;

    private static readonly QueryShape Describe = QueryShapes.Named("oidc.describe", QueryClass.Read);
    private static readonly QueryShape ReadKeys = QueryShapes.Named("oidc.keys", QueryClass.Read);
    private static readonly QueryShape Redeem = QueryShapes.Named("oidc.token", QueryClass.Write);

    // A key that leaked is taken for so long after the provider has let go of it.
    private static readonly TimeSpan KeysHold = TimeSpan.FromHours(1);

    // A token of an unknown key makes them be read again: whoever sends many must not make us ask as often.
    private static readonly TimeSpan KeysAgain = TimeSpan.FromMinutes(1);

    private readonly OpenIdFlows _flows = new(now);
    private ProviderKeys? _keys;

    /// <summary>How it is reached, and what it is called.</summary>
    public OpenIdSettings Settings => settings;

    /// <summary>Begins: where to send the browser, and what it carries meanwhile. Throws <see cref="OpenIdException"/> when the provider is away.</summary>
    /// <param name="returnTo">Where the provider sends it back to, which the provider has to know.</param>
    /// <param name="page">A path of our own pages, where it goes on.</param>
    /// <param name="session">Id of the session that it has; empty for none.</param>
    /// <param name="links">Id of the account that is to be linked; empty to sign in.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<(Uri Address, string Cookie)> BeginAsync(string returnTo, string page, string session, string links, CancellationToken ct)
    {
        var metadata = await AskAsync(Describe, 0, static (connection, _, _) => new ValueTask<OpenIdMetadata>(connection.Metadata), ct).ConfigureAwait(false);
        var flow = _flows.Begin(returnTo, page, session, links);
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(flow.Verifier)));
        var address = metadata.Authorization;
        var query = $"{(address.Query.Length > 1 ? address.Query[1..] + "&" : "")}response_type=code&client_id={Uri.EscapeDataString(settings.ClientId)}"
            + $"&redirect_uri={Uri.EscapeDataString(returnTo)}&scope=openid&state={flow.State}&nonce={flow.Nonce}&code_challenge={challenge}&code_challenge_method=S256";
        return (new UriBuilder(address) { Query = query }.Uri, _flows.Close(flow));
    }

    /// <summary>The sign-in that a browser comes back with, whatever came of it. Throws <see cref="OpenIdException"/> when it did not begin one. To be followed by <see cref="FinishAsync"/>.</summary>
    /// <param name="cookie">What it carries.</param>
    /// <param name="state">Of the address.</param>
    public OpenIdFlow Take(string cookie, string? state) => _flows.Take(cookie, state);

    /// <summary>Who has signed in, by the provider's identifier (<c>sub</c>). Throws <see cref="OpenIdException"/>.</summary>
    /// <param name="flow">What the browser began.</param>
    /// <param name="issuer">The parameter <c>iss</c> of the address; null without one.</param>
    /// <param name="error">The parameter <c>error</c>.</param>
    /// <param name="code">The parameter <c>code</c>.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<string> FinishAsync(OpenIdFlow flow, string? issuer, string? error, string? code, CancellationToken ct)
    {
        var metadata = await AskAsync(Describe, 0, static (connection, _, _) => new ValueTask<OpenIdMetadata>(connection.Metadata), ct).ConfigureAwait(false);
        // Before anything is sent anywhere: the code of another provider is not for this one to have.
        if (issuer is null ? metadata.NamesItself : issuer != metadata.Issuer)
            throw new OpenIdException(OpenIdFailure.Unproven, "A browser came back from another provider than the one it was sent to.");
        if (error is not null || code is not { Length: > 0 and <= MaxCodeLength })
            throw new OpenIdException(OpenIdFailure.Denied, "The provider did not sign anybody in.");
        var token = await AskAsync(
            Redeem, (flow, code), static (connection, asked, ct) => connection.RedeemAsync(asked.code, asked.flow.Verifier, asked.flow.ReturnTo, ct), ct).ConfigureAwait(false);

        var keys = await KeysAsync(KeysHold, ct).ConfigureAwait(false);
        var subject = await CheckAsync(keys).ConfigureAwait(false);
        if (subject is null && await KeysAsync(KeysAgain, ct).ConfigureAwait(false) is var latest && latest != keys)
            subject = await CheckAsync(latest).ConfigureAwait(false);
        return subject ?? throw new OpenIdException(OpenIdFailure.Unproven, "The ID token is refused: it is signed by none of the provider's keys.");

        Task<string?> CheckAsync(ProviderKeys with) => IdToken.CheckAsync(token, with, metadata.Issuer, settings.ClientId, flow.Nonce, now());
    }

    /// <summary>The provider's keys, read anew when they are older than that.</summary>
    private async Task<ProviderKeys> KeysAsync(TimeSpan notOlder, CancellationToken ct)
    {
        if (Volatile.Read(ref _keys) is { } known && time.GetElapsedTime(known.ReadAt) < notOlder)
            return known;
        var at = time.GetTimestamp();
        var json = await AskAsync(ReadKeys, 0, static (connection, _, ct) => connection.ReadKeysAsync(ct), ct).ConfigureAwait(false);
        ProviderKeys read;
        try
        {
            read = ProviderKeys.Read(json, at);
        }
        catch (HttpException failure)
        {
            throw new OpenIdException(OpenIdFailure.Away, failure.Message, failure);
        }

        Volatile.Write(ref _keys, read);
        return read;
    }

    private async Task<TResult> AskAsync<TState, TResult>(
        QueryShape shape, TState state, Func<OpenIdConnection, TState, CancellationToken, ValueTask<TResult>> ask, CancellationToken ct)
    {
        try
        {
            // A code is taken once, and a person who waits presses the button again sooner than a third attempt would end.
            return await endpoint.ExecuteAsync(new Operation(shape, ConnectionRole.General, OperationRepeat.Never, settings.Timeout), state, ask, ct).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is HttpException or ConnectionOpenException or CircuitOpenException or OperationTimeoutException or PoolBusyException)
        {
            throw new OpenIdException(OpenIdFailure.Away, failure.Message, failure);
        }
    }
}
