namespace EdgeDb.Core.Connections;

/// <summary>One line of the history.</summary>
/// <param name="At">When it was decided.</param>
/// <param name="Subject">Name of the endpoint.</param>
/// <param name="Tunable">Name of the setting.</param>
/// <param name="Unit">Unit of the values.</param>
/// <param name="From">The value before.</param>
/// <param name="To">The value that was tried or set.</param>
/// <param name="Configured">The value that the configuration had given.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Reason">Why, in one sentence.</param>
/// <param name="Pairs">Pairs of windows compared; 0 when nothing was measured.</param>
/// <param name="Effect">Median difference of the price (<see cref="TuningWindow.Price"/>); negative is better.</param>
/// <param name="Chance">How likely that difference is without an effect; 1 when nothing was measured.</param>
internal sealed record TuningEntry(
    DateTimeOffset At, string Subject, string Tunable, string Unit, double From, double To, double Configured, TuningOutcome Outcome, string Reason,
    int Pairs = 0, double Effect = 0, double Chance = 1);
