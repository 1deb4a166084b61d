namespace EdgeDb.Core.Pipeline;

/// <summary>More is asked than can be answered in time; whoever matters less is turned away first.</summary>
internal sealed class OverloadedException() : Exception("More is asked than can be answered in time; this request was turned away. Try again in a moment.");
