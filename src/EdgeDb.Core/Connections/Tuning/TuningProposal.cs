namespace EdgeDb.Core.Connections;

/// <summary>The one change that is proposed or tried now.</summary>
/// <param name="Id">Names it in <see cref="Tuner.TryApprove"/>.</param>
/// <param name="At">When it was proposed.</param>
/// <param name="Subject">Name of the endpoint.</param>
/// <param name="Tunable">Name of the setting.</param>
/// <param name="From">The value that holds.</param>
/// <param name="To">The proposed one.</param>
/// <param name="IsTried">It is being compared; false while it waits for a person.</param>
/// <param name="Pairs">Pairs of windows compared so far.</param>
/// <param name="Effect">Median difference so far, negative is better.</param>
internal sealed record TuningProposal(
    long Id, DateTimeOffset At, string Subject, string Tunable, double From, double To, bool IsTried, int Pairs, double Effect);
