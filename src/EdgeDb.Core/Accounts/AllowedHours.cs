using System.Globalization;

namespace EdgeDb.Core.Accounts;

/// <summary>When an account may be used, by the clock on the wall; over midnight when it ends before it begins.</summary>
/// <param name="From">First minute.</param>
/// <param name="To">The minute it ends before.</param>
internal sealed record AllowedHours(TimeOnly From, TimeOnly To)
{
    private const string Format = "HH:mm";

    /// <summary>Reads <c>07:00-20:00</c>; null when it is something else or no time at all.</summary>
    public static AllowedHours? Parse(string text) =>
        text.Split('-') is [var from, var to]
        && TimeOnly.TryParseExact(from, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var begin)
        && TimeOnly.TryParseExact(to, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var end)
        && begin != end
            ? new(begin, end)
            : null;

    /// <summary>True when it may be used at this time of day.</summary>
    public bool Contains(TimeOnly time) => time.IsBetween(From, To);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{From:HH\\:mm}-{To:HH\\:mm}");
}
