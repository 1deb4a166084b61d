using System.Globalization;
using System.Numerics;
using System.Text;
using NodaTime;

namespace EdgeDb.Core.Pipeline;

/// <summary>
/// Which templates are asked for at what time: for each the last eight of every weekday, by half hour. Kept are the <see cref="Capacity"/> that were asked for on most
/// days, days losing half of their weight in two weeks; what is new waits for the end of its day in a bounded place of its own, so that a flood of keys that
/// never come back displaces no habit. Days on which nobody asks for anything are no days: while the household is away nothing is forgotten.
/// Not safe for several threads.
/// </summary>
internal sealed class LearnedAccesses
{
    /// <summary>Templates kept.</summary>
    public const int Capacity = 64;

    /// <summary>Half hours of a day.</summary>
    public const int Slots = 48;

    private const int NewPerDay = 256;
    private const int DaysOfWeek = 7;
    private const double DayWeight = 0.95;

    /// <summary>Weight of a template that was right on some days.</summary>
    private const double Settled = 3;

    /// <summary>An access counts for every half hour that it is this close to: habits are not on the minute.</summary>
    private const int ToleranceMinutes = 10;

    private sealed class Learned
    {
        // By weekday and slot: bit 0 is the last such day that counted, bit 7 the eighth.
        public readonly byte[] History = new byte[DaysOfWeek * Slots];
        public double Weight;
        public ulong Today;
    }

    private readonly Dictionary<string, Learned> _kept = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ulong> _new = new(StringComparer.Ordinal);
    private LocalDate _lastActive;

    /// <summary>The day that is being learnt.</summary>
    public LocalDate Today { get; private set; }

    /// <summary>Templates that are kept.</summary>
    public int Count => _kept.Count;

    /// <summary>Something has been learnt since this was last set to false.</summary>
    public bool HasChanged { get; set; }

    /// <summary>Somebody asked for something today or the day before.</summary>
    public bool IsHouseholdThere => _lastActive >= Today.PlusDays(-1) && _lastActive <= Today;

    /// <summary>Begins a day, and ends the one before.</summary>
    public void Begin(LocalDate today)
    {
        if (today == Today)
            return;
        if (_lastActive == Today && Today != default)
            EndDay(Today.DayOfWeek);
        Today = today;
    }

    /// <summary>
    /// Something was asked for today that these templates mean. It counts for the one that was right on most days, once that is known; else for each:
    /// readings that were right for a week or a month by chance would go on to be expected.
    /// </summary>
    public void Note(IReadOnlyList<string> templates, LocalTime at)
    {
        var best = templates.Max(template => _kept.TryGetValue(template, out var learned) ? learned.Weight : 0);
        foreach (var template in templates)
            if (best < Settled || (_kept.TryGetValue(template, out var learned) && learned.Weight >= best))
                Note(template, at);
    }

    /// <summary>What is usually asked for in a half hour of a weekday, most usual first.</summary>
    public IEnumerable<string> HabitsOf(IsoDayOfWeek day, int slot) =>
        _kept.Where(pair => IsHabit(pair.Value.History, (int)day - 1, slot)).OrderByDescending(static pair => pair.Value.Weight)
            .ThenBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => pair.Key);

    /// <summary>It was asked for today, in that half hour.</summary>
    public bool IsAskedToday(string template, int slot) => _kept.TryGetValue(template, out var learned) && (learned.Today & (1UL << slot)) != 0;

    /// <summary>Everything as text.</summary>
    public string Write()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"1 {DayNumber(Today)} {DayNumber(_lastActive)}");
        foreach (var (template, learned) in _kept)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{learned.Weight:0.###}\t{learned.Today:x}\t");
            for (var i = 0; i < learned.History.Length; i++)
                if (learned.History[i] != 0)
                    text.Append(CultureInfo.InvariantCulture, $"{i}:{learned.History[i]:x} ");
            text.Append('\t').Append(template);
        }

        foreach (var (template, slots) in _new)
            text.Append(CultureInfo.InvariantCulture, $"\n0\t{slots:x}\t\t{template}");
        return text.ToString();
    }

    /// <summary>Reads what <see cref="Write"/> wrote; what cannot be read is not known, and learnt again within days.</summary>
    public static LearnedAccesses Read(string? text)
    {
        var read = new LearnedAccesses();
        var lines = (text ?? "").Split('\n');
        if (lines[0].Split(' ') is not ["1", var today, var active] || !TryDay(today, out var day) || !TryDay(active, out read._lastActive))
            return read;
        read.Today = day;
        foreach (var line in lines.Skip(1))
        {
            if (line.Split('\t') is not [var weightText, var todayText, var history, var template]
                || !double.TryParse(weightText, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var weight)
                || !ulong.TryParse(todayText, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var slots))
                continue;
            if (weight == 0 && read._new.Count < NewPerDay)
                read._new[template] = slots;
            else if (weight > 0 && read._kept.Count < Capacity)
                read._kept[template] = ReadHistory(new() { Weight = weight, Today = slots }, history);
        }

        return read;
    }

    private void Note(string template, LocalTime at)
    {
        HasChanged = true;
        _lastActive = Today;
        var minute = (at.Hour * 60) + at.Minute;
        var slots = (1UL << Slot(minute - ToleranceMinutes)) | (1UL << Slot(minute + ToleranceMinutes));
        if (_kept.TryGetValue(template, out var learned))
            learned.Today |= slots;
        else if (_new.TryGetValue(template, out var known) || _new.Count < NewPerDay)
            _new[template] = known | slots;

        static int Slot(int minute) => Math.Clamp(minute, 0, (24 * 60) - 1) / 30;
    }

    private static Learned ReadHistory(Learned learned, string history)
    {
        foreach (var pair in history.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            if (pair.Split(':') is [var place, var bits]
                && int.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < learned.History.Length
                && byte.TryParse(bits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
                learned.History[index] = value;
        return learned;
    }

    /// <summary>On three of the last five working days, or of the last four days of weekends; or on three of the last four of this weekday, the last included.</summary>
    private static bool IsHabit(byte[] history, int day, int slot)
    {
        var asked = 0;
        if (day < 5)
            for (var other = 0; other < 5; other++)
                asked += history[(other * Slots) + slot] & 1;
        else
            for (var other = 5; other < DaysOfWeek; other++)
                asked += BitOperations.PopCount(history[(other * Slots) + slot] & 3u);
        var own = history[(day * Slots) + slot];
        return asked >= 3 || ((own & 1) != 0 && BitOperations.PopCount(own & 15u) >= 3);
    }

    private void EndDay(IsoDayOfWeek weekday)
    {
        HasChanged = true;
        foreach (var (template, slots) in _new)
            _kept.Add(template, new() { Today = slots });
        _new.Clear();
        var from = ((int)weekday - 1) * Slots;
        foreach (var learned in _kept.Values)
        {
            for (var slot = 0; slot < Slots; slot++)
            {
                ref var bits = ref learned.History[from + slot];
                bits = (byte)((bits << 1) | (int)((learned.Today >> slot) & 1));
            }

            learned.Weight = (learned.Weight * DayWeight) + (learned.Today != 0 ? 1 : 0);
            learned.Today = 0;
        }

        if (_kept.Count > Capacity)
            foreach (var (template, _) in _kept.OrderByDescending(static pair => pair.Value.Weight).ThenBy(static pair => pair.Key, StringComparer.Ordinal).Skip(Capacity).ToList())
                _kept.Remove(template);
    }

    private static int DayNumber(LocalDate date) => Period.DaysBetween(default, date);

    private static bool TryDay(string text, out LocalDate date)
    {
        var isDay = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days < 1_000_000;
        date = isDay ? default(LocalDate).PlusDays(days) : default;
        return isDay;
    }
}
