namespace EdgeDb.Core.OpenId;

/// <summary>A sign-in under way: what the browser that began it carries, sealed, until it comes back.</summary>
/// <param name="State">Comes back in the address: shows that the answer belongs to this browser.</param>
/// <param name="Nonce">Comes back in the token: shows that the token belongs to this browser.</param>
/// <param name="Verifier">Of PKCE: shows the provider that whoever began it exchanges the code.</param>
/// <param name="ReturnTo">Where the provider sends the browser.</param>
/// <param name="Page">A path of our own pages, where it goes on.</param>
/// <param name="Session">Id of the session that the browser had; empty for none. Its cookie does not come along from another site.</param>
/// <param name="Links">Id of the account that is to be linked; empty to sign in.</param>
/// <param name="BegunAt">Seconds of the household's clock.</param>
internal sealed record OpenIdFlow(string State, string Nonce, string Verifier, string ReturnTo, string Page, string Session, string Links, long BegunAt);
