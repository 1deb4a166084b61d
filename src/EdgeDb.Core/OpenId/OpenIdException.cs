namespace EdgeDb.Core.OpenId;

/// <summary>A sign-in with the provider that came to nothing. The message is for the log and the audit log: it names no person and holds no credential.</summary>
internal sealed class OpenIdException(OpenIdFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Why.</summary>
    public OpenIdFailure Failure { get; } = failure;
}
