namespace EdgeDb.Core.Access;

/// <summary>How much of something somebody sees.</summary>
public enum Visibility : byte
{
    /// <summary>Nothing, also not that it exists.</summary>
    Hidden,

    /// <summary>That the time is taken.</summary>
    Busy,

    /// <summary>All of it.</summary>
    Whole,
}
