namespace EdgeDb.Core.Household;

/// <summary>Which occurrences of a series an edit concerns.</summary>
internal enum EventScope
{
    /// <summary>The whole series.</summary>
    All,

    /// <summary>One occurrence.</summary>
    This,

    /// <summary>One occurrence and all later ones.</summary>
    Following,
}
