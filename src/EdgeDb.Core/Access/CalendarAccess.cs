namespace EdgeDb.Core.Access;

/// <summary>Who sees a calendar.</summary>
public enum CalendarAccess : byte
{
    /// <summary>Whoever belongs to the house; a guest sees when it is busy.</summary>
    Household,

    /// <summary>Owners and adults, even where it concerns a child.</summary>
    Adults,

    /// <summary>The members whom it concerns, and nobody else: not the owner of the box either.</summary>
    Private,
}
