namespace EdgeDb.Core.Access;

/// <summary>Kinds of viewers, by what they see.</summary>
public enum SightKind : byte
{
    /// <summary>The service itself, the console, and everybody while the household has no accounts.</summary>
    Everything,

    /// <summary>Owners and adults.</summary>
    Adult,

    /// <summary>Children.</summary>
    Child,

    /// <summary>Devices and programs: what concerns the whole house.</summary>
    House,

    /// <summary>Guests: when the house is busy.</summary>
    Guest,
}
