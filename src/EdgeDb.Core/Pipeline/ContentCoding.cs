namespace EdgeDb.Core.Pipeline;

/// <summary>How a body travels (RFC 9110, 8.4.1). Browsers take brotli over https and on the board itself; over plain http on the home network they take gzip.</summary>
internal enum ContentCoding
{
    Identity,
    Gzip,
    Brotli,
}
