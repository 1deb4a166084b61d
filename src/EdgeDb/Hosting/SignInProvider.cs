using EdgeDb.Api;
using EdgeDb.Core.OpenId;

namespace EdgeDb.Hosting;

/// <summary>The OpenID Connect provider of this household, where it has one.</summary>
internal sealed class SignInProvider(OpenIdProvider? provider)
{
    /// <summary>What people call it; null where there is none.</summary>
    public string? Name => provider?.Settings.Name;

    /// <summary>Throws <see cref="ProblemException"/> (404) where there is none.</summary>
    public OpenIdProvider Require() => provider ?? throw new ProblemException(
        404, "no-provider", "There is no such provider", "This household signs in with its own accounts only; --oidc names a provider of OpenID Connect.");
}
