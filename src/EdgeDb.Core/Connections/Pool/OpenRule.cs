namespace EdgeDb.Core.Connections;

/// <summary>
/// Whether a waiting caller is worth a new connection. Opening one is like buying skis: with <c>w</c> callers waiting for <c>s</c> connections that
/// are held for <c>h</c> each, the last caller waits about <c>h·w/s</c>; a connection opened now comes after <c>o</c>. Only when the wait is longer
/// is it opened. While <c>h</c> is not known, the age of the running leases stands for it, so nobody waits much longer than
/// twice the better choice (the break-even argument of the ski rental problem; Karlin et al., 1988).
/// </summary>
internal static class OpenRule
{
    /// <summary>All times in the same unit.</summary>
    /// <param name="waiting">Callers that wait.</param>
    /// <param name="serving">Leases that run, and those that the connections being opened will carry.</param>
    /// <param name="holdTime">How long a connection is held.</param>
    /// <param name="openTime">How long opening takes.</param>
    public static bool ShouldOpen(int waiting, int serving, long holdTime, long openTime) =>
        waiting > 0 && (serving == 0 || (double)holdTime * waiting > (double)openTime * serving);
}
