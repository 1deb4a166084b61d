namespace EdgeDb.Core.Work;

/// <summary>A job as it stands.</summary>
/// <param name="Kind">Name of its kind.</param>
/// <param name="Name">What it does, for people.</param>
/// <param name="State">Where it is.</param>
/// <param name="Done">Steps done of the run under way; null where that is not known.</param>
/// <param name="Total">Of how many.</param>
/// <param name="Since">When it came into this state.</param>
/// <param name="NextTry">When it may begin; null while it runs.</param>
internal sealed record WorkStatus(string Kind, string Name, WorkState State, int? Done, int? Total, DateTimeOffset Since, DateTimeOffset? NextTry);
