namespace EdgeDb.Core.Access;

/// <summary>What is done.</summary>
public enum AccessVerb : byte
{
    /// <summary>Looks.</summary>
    Read,

    /// <summary>Makes a new one.</summary>
    Add,

    /// <summary>Changes, restores, or starts something with one that exists.</summary>
    Change,

    /// <summary>Removes.</summary>
    Delete,
}
