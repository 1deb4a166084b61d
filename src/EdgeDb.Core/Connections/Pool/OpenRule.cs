namespace EdgeDb.Core.Connections;

/// <summary>
/// Whether a waiting caller is worth a new connection. Opening one is like buying skis: with <c>w</c> callers waiting for <c>s</c> connections that
/// are held for <c>h</c> each, the last caller waits about <c>h·w/s</c>; a connection opened now comes after <c>o</c>. It is opened when that wait is longer, and
/// when callers have been waiting without a break for as long as opening takes: then they most likely will for as long again, and a connection
/// that comes after <c>o</c> still finds them. While <c>h</c> is not known, the age of the running leases stands for it. So nobody waits much longer than
/// twice the better choice (the break-even argument of the ski rental problem; Karlin et al., 1988), and a burst that is over before a
/// connection could be there opens none.
/// </summary>
internal static class OpenRule
{
    /// <summary>All times in the same unit.</summary>
    /// <param name="waiting">Callers that wait.</param>
    /// <param name="serving">Leases that run, and those that the connections being opened will carry.</param>
    /// <param name="holdTime">How long a connection is held.</param>
    /// <param name="openTime">How long opening takes.</param>
    /// <param name="queueAge">How long callers have been waiting without a break, or since the latest opening began.</param>
    public static bool ShouldOpen(int waiting, int serving, long holdTime, long openTime, long queueAge) =>
        waiting > 0 && (serving == 0 || (double)holdTime * waiting > (double)openTime * serving || (queueAge > openTime && openTime > 0));
}
