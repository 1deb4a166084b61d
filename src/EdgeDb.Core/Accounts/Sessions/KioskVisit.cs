using EdgeDb.Core.Access;

namespace EdgeDb.Core.Accounts;

/// <summary>
/// Somebody at a device on the wall after their PIN: five minutes, and five more with every change they make. What the page reads by itself does not
/// prolong it, or a wall that is refreshed would never forget who stood there. In memory only: a restart ends it.
/// </summary>
internal sealed class KioskVisit(Principal principal, AllowedHours? hours, TimeProvider time)
{
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(5);

    private long _since = time.GetTimestamp();

    /// <summary>Who it is.</summary>
    public Principal Principal { get; } = principal;

    /// <summary>When the account may be used.</summary>
    public AllowedHours? Hours { get; } = hours;

    /// <summary>True when it is over.</summary>
    public bool IsOver => Left <= TimeSpan.Zero;

    /// <summary>How long they still have; not above zero when it is over.</summary>
    public TimeSpan Left => Length - time.GetElapsedTime(Volatile.Read(ref _since));

    /// <summary>They did something.</summary>
    public void Prolong() => Volatile.Write(ref _since, time.GetTimestamp());
}
