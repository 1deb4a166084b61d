namespace EdgeDb.Core.Connections;

/// <summary>How a change of a setting ended.</summary>
internal enum TuningOutcome
{
    /// <summary>It helped and holds.</summary>
    Kept,

    /// <summary>It did not help enough to tell; the old value holds.</summary>
    NoEffect,

    /// <summary>Errors or latency rose too far while it was tried; the old value was set at once.</summary>
    Guarded,

    /// <summary>Too little traffic to decide; the old value holds.</summary>
    TooQuiet,

    /// <summary>It was ended before a decision by a person or the mode; the old value holds.</summary>
    Abandoned,

    /// <summary>The setting refused the value.</summary>
    Refused,

    /// <summary>A person rejected it, or did not answer for long.</summary>
    Rejected,

    /// <summary>A person set the value.</summary>
    SetByHand,

    /// <summary>A person pinned the value for some time.</summary>
    Pinned,

    /// <summary>The pin was released or has expired; the value before it holds again.</summary>
    Released,
}
