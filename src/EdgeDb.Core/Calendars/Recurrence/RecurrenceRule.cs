using System.Diagnostics.CodeAnalysis;
using System.Text;
using NodaTime;

namespace EdgeDb.Core.Calendars;

/// <summary>A recurrence rule (RFC 5545 §3.3.10). Immutable; lists are sorted and without repeats.</summary>
public sealed class RecurrenceRule
{
    /// <summary>FREQ.</summary>
    public required RecurrenceFrequency Frequency { get; init; }

    /// <summary>INTERVAL, at least 1.</summary>
    public int Interval { get; init; } = 1;

    /// <summary>COUNT; null when not given. Programs that send UNTIL as well mean both: the one reached first ends the rule.</summary>
    public int? Count { get; init; }

    /// <summary>UNTIL, inclusive; null when not given. A DATE on a timed event includes the whole of that local day.</summary>
    public CalendarDateTime? Until { get; init; }

    /// <summary>WKST, Monday by default.</summary>
    public IsoDayOfWeek WeekStart { get; init; } = IsoDayOfWeek.Monday;

    /// <summary>BYSECOND 0..60 (60 acts as 59).</summary>
    public IReadOnlyList<int> BySecond { get; init; } = [];

    /// <summary>BYMINUTE 0..59.</summary>
    public IReadOnlyList<int> ByMinute { get; init; } = [];

    /// <summary>BYHOUR 0..23.</summary>
    public IReadOnlyList<int> ByHour { get; init; } = [];

    /// <summary>BYDAY.</summary>
    public IReadOnlyList<WeekdayNumber> ByDay { get; init; } = [];

    /// <summary>BYMONTHDAY ±1..31.</summary>
    public IReadOnlyList<int> ByMonthDay { get; init; } = [];

    /// <summary>BYYEARDAY ±1..366.</summary>
    public IReadOnlyList<int> ByYearDay { get; init; } = [];

    /// <summary>BYWEEKNO ±1..53.</summary>
    public IReadOnlyList<int> ByWeekNumber { get; init; } = [];

    /// <summary>BYMONTH 1..12.</summary>
    public IReadOnlyList<int> ByMonth { get; init; } = [];

    /// <summary>BYSETPOS ±1..366.</summary>
    public IReadOnlyList<int> BySetPosition { get; init; } = [];

    /// <summary>
    /// Reads the value of an RRULE or EXRULE. Case, blanks, empty parts, trailing semicolons and extension parts named
    /// <c>X-</c> do not matter; a value out of range, a combination that RFC 5545 forbids, a repeated part and any RSCALE but
    /// GREGORIAN are refused, because a guess would show events on wrong days.
    /// </summary>
    /// <param name="text">The value without the property name, for example <c>FREQ=WEEKLY;BYDAY=MO,WE</c>.</param>
    /// <param name="rule">The rule, or null.</param>
    /// <param name="reason">Why the text was refused, in words that name the part; null on success.</param>
    public static bool TryParse(
        ReadOnlySpan<char> text, [NotNullWhen(true)] out RecurrenceRule? rule, [NotNullWhen(false)] out string? reason)
    {
        rule = new RecurrenceRuleParser().Parse(text, out reason);
        if (rule is not null)
            return true;
        reason ??= "the rule is empty";
        return false;
    }

    /// <summary>As <see cref="TryParse"/>, for text that is known to be good.</summary>
    /// <exception cref="FormatException">The text is no rule; the message says why.</exception>
    public static RecurrenceRule Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var rule, out var reason) ? rule : throw new FormatException(reason);

    /// <summary>The same rule with another COUNT.</summary>
    public RecurrenceRule WithCount(int count) => new()
    {
        Frequency = Frequency,
        Interval = Interval,
        Count = count,
        Until = Until,
        WeekStart = WeekStart,
        BySecond = BySecond,
        ByMinute = ByMinute,
        ByHour = ByHour,
        ByDay = ByDay,
        ByMonthDay = ByMonthDay,
        ByYearDay = ByYearDay,
        ByWeekNumber = ByWeekNumber,
        ByMonth = ByMonth,
        BySetPosition = BySetPosition,
    };

    internal RecurrencePlan Plan => field ??= new RecurrencePlan(this);

    /// <summary>
    /// The instances of the rule in wall-clock seconds, ascending, lazily and without allocating. A start that does not match the
    /// rule is not an instance and does not count (RFC 5545 calls that case undefined; dateutil, libical and ical.js agree on
    /// this); an expansion of events says what it does with it.
    /// </summary>
    /// <param name="start">DTSTART; its kind decides how UNTIL compares: a DATE includes the whole day, else wall-clock seconds do.</param>
    /// <param name="fromLocalSeconds">First wall-clock second of interest; reached by arithmetic.</param>
    /// <param name="toLocalSeconds">Last wall-clock second of interest.</param>
    public RecurrenceEnumerator Enumerate(
        CalendarDateTime start, long fromLocalSeconds = long.MinValue, long toLocalSeconds = long.MaxValue)
    {
        var last = Until is { } until ? until.IsDate ? until.LocalSeconds + CivilDate.SecondsPerDay - 1 : until.LocalSeconds : long.MaxValue;
        return new RecurrenceEnumerator(this, start.LocalSeconds, start.IsDate, fromLocalSeconds, Math.Min(last, toLocalSeconds));
    }

    /// <summary>The canonical text: parts in the order of RFC 5545's grammar, defaults left out, lists sorted.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(64).Append("FREQ=").Append(Frequency.ToString().ToUpperInvariant());
        if (Until is { } until)
            text.Append(";UNTIL=").Append(until.ToString());
        if (Count is { } count)
            text.Append(";COUNT=").Append(count);
        if (Interval != 1)
            text.Append(";INTERVAL=").Append(Interval);
        AppendList(text, ";BYSECOND=", BySecond);
        AppendList(text, ";BYMINUTE=", ByMinute);
        AppendList(text, ";BYHOUR=", ByHour);
        var separator = ";BYDAY=";
        foreach (var (day, ordinal) in ByDay)
        {
            text.Append(separator);
            if (ordinal != 0)
                text.Append(ordinal);
            text.Append(WeekdayName(day));
            separator = ",";
        }

        AppendList(text, ";BYMONTHDAY=", ByMonthDay);
        AppendList(text, ";BYYEARDAY=", ByYearDay);
        AppendList(text, ";BYWEEKNO=", ByWeekNumber);
        AppendList(text, ";BYMONTH=", ByMonth);
        AppendList(text, ";BYSETPOS=", BySetPosition);
        if (WeekStart != IsoDayOfWeek.Monday)
            text.Append(";WKST=").Append(WeekdayName(WeekStart));
        return text.ToString();
    }

    private static void AppendList(StringBuilder text, string separator, IReadOnlyList<int> numbers)
    {
        foreach (var number in numbers)
        {
            text.Append(separator).Append(number);
            separator = ",";
        }
    }

    private static string WeekdayName(IsoDayOfWeek day) => day.ToString()[..2].ToUpperInvariant();
}
