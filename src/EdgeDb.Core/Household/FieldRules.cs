using EdgeDb.Core.Access;
using NodaTime;

namespace EdgeDb.Core.Household;

/// <summary>The rules for single values of the household, each refusing with the field's name and the limit.</summary>
internal static class FieldRules
{
    internal const int MaxNameLength = 100;
    internal const int MaxSummaryLength = 500;
    internal const int MaxTextLength = 20_000;
    internal const int MaxMembers = 50;
    internal const int MaxCalendars = 200;
    private const int MaxReminders = 10;
    private const int MaxReminderMinutes = 60 * 24 * 60;

    internal static string Name(string? value, string field)
    {
        var name = value?.Trim() ?? "";
        if (name.Length is 0 or > MaxNameLength)
            throw HouseholdException.Bad(field, $"'{field}' must have 1 to {MaxNameLength} characters; it has {name.Length}.");
        return Text(name, field, MaxNameLength)!;
    }

    /// <summary>When to be reminded, in minutes before; without repeats.</summary>
    /// <param name="sent">What a person entered.</param>
    /// <param name="shown">What there was, which passes as it is; null for nothing.</param>
    /// <param name="what">For the refusal: what has them.</param>
    /// <param name="moment">For the refusal: before what they come.</param>
    internal static List<int> Reminders(IReadOnlyList<int> sent, IReadOnlyList<int>? shown, string what, string moment)
    {
        var kept = shown ?? [];
        if (sent.Count > Math.Max(MaxReminders, kept.Count))
            throw HouseholdException.Bad("reminders", $"{what} may have at most {MaxReminders} reminders; these are {sent.Count}.");
        foreach (var minutes in sent)
            if (minutes is < 0 or > MaxReminderMinutes && !kept.Contains(minutes))
                throw HouseholdException.Bad("reminders", $"A reminder comes 0 to {MaxReminderMinutes} minutes before {moment}; {minutes} is outside.");
        return [.. sent.Distinct()];
    }

    /// <summary>Any text without control characters other than tab and line feed.</summary>
    internal static string? Text(string? value, string field, int maxLength)
    {
        if (value is null)
            return null;
        if (value.Length > maxLength)
            throw HouseholdException.Bad(field, $"'{field}' may have at most {maxLength} characters; it has {value.Length}.");
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (char.IsControl(c) && c is not ('\t' or '\n' or '\r'))
                throw HouseholdException.Bad(field, $"'{field}' holds the control character U+{(int)c:X4}, which no calendar program accepts.");
            if (char.IsSurrogate(c))
            {
                if (!char.IsHighSurrogate(c) || i + 1 == value.Length || !char.IsLowSurrogate(value[i + 1]))
                    throw HouseholdException.Bad(field, $"'{field}' holds half of a surrogate pair.");
                i++;
            }
        }
        return value;
    }

    internal static string Color(string? value, string field)
    {
        if (value is { Length: 7 } && value[0] == '#' && value.AsSpan(1).IndexOfAnyExcept(HexDigits) < 0)
            return value.ToLowerInvariant();
        throw HouseholdException.Bad(field, $"'{field}' must be a colour such as #3b82f6.");
    }

    internal static CalendarAccess Access(string? value, string field) =>
        CalendarAccessNames.Find(value) ?? throw HouseholdException.Bad(field, $"'{field}' must be household, adults or private.");

    internal static string Zone(string? value, string field)
    {
        if (value is { Length: > 0 and <= 64 } && DateTimeZoneProviders.Tzdb.GetZoneOrNull(value) is { } zone)
            return zone.Id;
        throw HouseholdException.Bad(field, $"'{field}' must be an IANA time zone such as Europe/Berlin; '{HouseholdException.Shorten(value ?? "")}' is none.");
    }

    internal static string WeekStart(string? value, string field) =>
        value is "monday" or "sunday" or "saturday"
            ? value
            : throw HouseholdException.Bad(field, $"'{field}' must be monday, sunday or saturday.");

    internal static string Clock(string? value, string field) =>
        value is "24h" or "12h" or "auto" ? value : throw HouseholdException.Bad(field, $"'{field}' must be 24h, 12h or auto.");

    internal static string Language(string? value, string field)
    {
        if (value is "" || (value is { Length: <= 35 } && value.AsSpan().IndexOfAnyExcept(LanguageCharacters) < 0))
            return value;
        throw HouseholdException.Bad(field, $"'{field}' must be a language tag such as de or en-GB, or empty.");
    }

    private static readonly System.Buffers.SearchValues<char> HexDigits = System.Buffers.SearchValues.Create("0123456789abcdefABCDEF");

    private static readonly System.Buffers.SearchValues<char> LanguageCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
}
