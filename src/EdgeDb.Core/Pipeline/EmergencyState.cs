using System.Collections.Immutable;

namespace EdgeDb.Core.Pipeline;

/// <summary>An emergency that holds now. A change of its reasons makes a new one.</summary>
/// <param name="Since">When it began, for whatever reason.</param>
/// <param name="Reasons">Why; at least one, in the order of <see cref="EmergencyReason"/>.</param>
internal sealed record EmergencyState(DateTimeOffset Since, ImmutableArray<EmergencyReason> Reasons);
