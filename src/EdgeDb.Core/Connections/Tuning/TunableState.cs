namespace EdgeDb.Core.Connections;

/// <summary>A setting and what is known of trying to change it. Guarded by the tuner's lock.</summary>
internal sealed class TunableState(TuningSubject subject, Tunable tunable)
{
    // After an attempt that brought nothing the next one in that direction waits an hour, then four, sixteen, ... at most this many.
    private static readonly TimeSpan LongestRest = TimeSpan.FromDays(7);

    private readonly Direction _up = new();
    private readonly Direction _down = new();

    public TuningSubject Subject { get; } = subject;

    public Tunable Tunable { get; } = tunable;

    /// <summary>The value that the configuration gave.</summary>
    public double Configured { get; } = tunable.Get();

    /// <summary>Null while nobody has pinned the value.</summary>
    public TuningPin? Pin { get; set; }

    /// <summary>Timestamp at which the pin ends; the wall clock of a board without a battery may jump by years.</summary>
    public long PinEnds { get; set; }

    /// <summary>Whether what was learnt may be used; see <see cref="Tuner.Allow"/>.</summary>
    public bool IsAllowed { get; set; } = true;

    /// <summary>What was learnt, kept while it may not be used.</summary>
    public double? Learnt { get; set; }

    /// <summary>Whether a person has chosen the value.</summary>
    public bool IsByHand { get; set; }

    /// <summary>The least comes first: what has just helped, then what was tried least in vain.</summary>
    public int Order => _up.JustHelped || _down.JustHelped ? -1 : _up.Attempts + _down.Attempts;

    /// <summary>The value to try next; null when both directions rest or are at their end.</summary>
    public double? Candidate(TimeProvider time)
    {
        var now = Tunable.Get();
        foreach (var up in _down.Attempts < _up.Attempts || _down.JustHelped ? (ReadOnlySpan<bool>)[false, true] : [true, false])
        {
            var direction = up ? _up : _down;
            var next = Tunable.Next(now, up);
            if (next != now && (direction.RestsSince is not { } since || time.GetElapsedTime(since) >= direction.Rest))
                return next;
        }

        return null;
    }

    /// <summary>A change in the direction of <paramref name="up"/> has ended.</summary>
    public void Tried(bool up, bool helped, TimeProvider time)
    {
        var (same, other) = up ? (_up, _down) : (_down, _up);
        other.JustHelped = false;
        same.JustHelped = helped;

        // The way back from what has just helped need not be tried soon; going on in the same direction may.
        var tired = helped ? other : same;
        tired.Attempts++;
        tired.RestsSince = time.GetTimestamp();
        tired.Rest = TimeSpan.FromHours(Math.Min(LongestRest.TotalHours, Math.Pow(4, tired.Attempts - 1)));
        if (helped)
            (same.Attempts, same.RestsSince) = (0, null);
    }

    private sealed class Direction
    {
        public int Attempts { get; set; }

        public bool JustHelped { get; set; }

        public long? RestsSince { get; set; }

        public TimeSpan Rest { get; set; }
    }
}
