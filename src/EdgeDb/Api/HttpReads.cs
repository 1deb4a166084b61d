namespace EdgeDb.Api;

/// <summary>The methods of every read: whatever answers GET answers HEAD (RFC 9110 §9.3.2); the host leaves the body out.</summary>
internal static class HttpReads
{
    public static readonly string[] Methods = ["GET", "HEAD"];
}
