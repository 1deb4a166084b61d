namespace EdgeDb.Core.Security;

/// <summary>A sealed value does not open: it was changed or damaged, moved to another place, or its key is gone. The message names the place and what to do.</summary>
internal sealed class SealBrokenException(string place, string message) : Exception(message)
{
    /// <summary>The place that was given when it was sealed, for example <c>account.totp/ID</c>, or the path of a key file.</summary>
    public string Place => place;
}
