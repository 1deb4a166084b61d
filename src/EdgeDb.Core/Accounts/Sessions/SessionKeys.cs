namespace EdgeDb.Core.Accounts;

/// <summary>The secrets a session is known by, replaced as a whole.</summary>
/// <param name="Hash">Of the one in use.</param>
/// <param name="Known">The one in use, once it was seen: comparing is forty times cheaper than hashing.</param>
/// <param name="NextHash">Of the one that was given out and has not come back.</param>
/// <param name="Next">That one; null after a restart, when another is made.</param>
/// <param name="PreviousHash">Of the one before, for requests that were on their way.</param>
/// <param name="PreviousUntil">Timestamp at which that ends.</param>
/// <param name="RenewedAt">Seconds of <see cref="AccountClock"/> since which the one in use is in use.</param>
internal sealed record SessionKeys(byte[] Hash, byte[]? Known, byte[]? NextHash, byte[]? Next, byte[]? PreviousHash, long PreviousUntil, long RenewedAt);
