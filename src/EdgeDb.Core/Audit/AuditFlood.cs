namespace EdgeDb.Core.Audit;

/// <summary>
/// Keeps somebody who tries passwords all night from filling the log and wearing out the card: of a kind that strangers or programs repeat, a few a minute are entries, the rest one number.
/// Not thread-safe.
/// </summary>
internal sealed class AuditFlood(TimeProvider time)
{
    /// <summary>Entries of a kind within a minute.</summary>
    public const int MostAMinute = 5;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Dictionary<AuditKind, (long Since, int Admitted, int Held)> _kinds = [];

    /// <summary>False when it is only counted.</summary>
    public bool Admit(AuditKind kind)
    {
        if (kind is not (AuditKind.SignInFailed or AuditKind.Refused or AuditKind.Export or AuditKind.Warning))
            return true;
        var now = time.GetTimestamp();
        var seen = _kinds.TryGetValue(kind, out var known) ? known : (Since: now, Admitted: 0, Held: 0);
        // What was held back is told before a new minute begins, also when nobody has come for it yet.
        if (seen.Held == 0 && time.GetElapsedTime(seen.Since, now) >= Window)
            seen = (now, 0, 0);
        var admitted = seen.Admitted < MostAMinute;
        _kinds[kind] = admitted ? seen with { Admitted = seen.Admitted + 1 } : seen with { Held = seen.Held + 1 };
        return admitted;
    }

    /// <summary>Counts of kinds whose minute is over, or of all; they begin anew.</summary>
    public IReadOnlyList<(AuditKind Kind, int Held)> Take(bool all)
    {
        var now = time.GetTimestamp();
        List<(AuditKind, int)> held = [];
        foreach (var (kind, seen) in _kinds)
            if (seen.Held > 0 && (all || time.GetElapsedTime(seen.Since, now) >= Window))
                held.Add((kind, seen.Held));
        foreach (var (kind, _) in held)
            _kinds.Remove(kind);
        return held;
    }
}
