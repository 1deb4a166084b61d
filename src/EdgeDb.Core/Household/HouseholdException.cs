namespace EdgeDb.Core.Household;

/// <summary>Why a request against the household cannot be carried out.</summary>
public enum HouseholdError
{
    /// <summary>No such thing.</summary>
    NotFound,

    /// <summary>A value is not acceptable; <see cref="HouseholdException.Field"/> names it.</summary>
    Invalid,

    /// <summary>The thing's state forbids it, for example editing an event of a feed.</summary>
    Conflict,

    /// <summary>It was edited by somebody else in between.</summary>
    VersionMismatch,

    /// <summary>A bound of the household is reached.</summary>
    LimitReached,

    /// <summary>It is to be seen, and somebody else's.</summary>
    Forbidden,
}

/// <summary>A request that cannot be carried out, said so that a person can act on it.</summary>
public sealed class HouseholdException(HouseholdError error, string message, string? field = null) : Exception(message)
{
    /// <summary>The kind of refusal.</summary>
    public HouseholdError Error { get; } = error;

    /// <summary>The request's field or parameter at fault, when there is one.</summary>
    public string? Field { get; } = field;

    internal static HouseholdException Missing(string what, string id) =>
        new(HouseholdError.NotFound, $"There is no {what} '{Shorten(id)}'.", "id");

    internal static HouseholdException Bad(string field, string message) => new(HouseholdError.Invalid, message, field);

    internal static void CheckVersion(long actual, long? expected)
    {
        if (expected is { } version && version != actual)
            throw new HouseholdException(
                HouseholdError.VersionMismatch, $"It was edited in between: the version is {actual}, the request expected {version}.");
    }

    /// <summary>A value cut to 100 characters for a message.</summary>
    public static string Shorten(string value) => value.Length <= 100 ? value : value[..100] + "…";
}
