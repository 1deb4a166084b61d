namespace EdgeDb.Core.Access;

/// <summary>How far a right reaches.</summary>
public enum AccessExtent : byte
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>What belongs to oneself: one's account, sessions and tokens, one's member, the calendars that concern it.</summary>
    Own,

    /// <summary>Everything that one sees.</summary>
    All,
}
