using System.Globalization;
using EdgeDb.Core.Connections;

namespace EdgeDb.Core.Storage;

/// <summary>
/// The history of the tuner, in the household's file: a few rows a day are not worth a file with a writer and page caches of its own, and the values that
/// were kept belong into the copies that are made of it. The latest 1,000 entries are kept, and the one that holds for each setting.
/// </summary>
internal sealed class TuningStore(SqliteDatabase database)
{
    private const int Kept = 1000;

    private const string Columns = "id, at, subject, tunable, unit, value_from, value_to, configured, outcome, reason, pairs, effect, chance";

    // An entry of these outcomes gives the value that holds from then on.
    private const string Holding = "outcome IN ('Kept', 'SetByHand')";

    // override/SUBJECT/TUNABLE, or nothing behind the slash for the freeze: the value, and the seconds from and until which it holds.
    private const string OverridePrefix = "override/";

    /// <summary>Adds an entry.</summary>
    public Task AddAsync(TuningEntry entry, CancellationToken ct) => database.WriteAsync(
        entry,
        static (session, entry) =>
        {
            session.Prepare(
                "INSERT INTO tuning (at, subject, tunable, unit, value_from, value_to, configured, outcome, reason, pairs, effect, chance) " +
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")
                .Bind(1, entry.At.ToUnixTimeSeconds()).Bind(2, entry.Subject).Bind(3, entry.Tunable).Bind(4, entry.Unit)
                .Bind(5, entry.From).Bind(6, entry.To).Bind(7, entry.Configured).Bind(8, entry.Outcome.ToString()).Bind(9, entry.Reason)
                .Bind(10, entry.Pairs).Bind(11, entry.Effect).Bind(12, entry.Chance).Execute();
            session.Prepare(
                $"DELETE FROM tuning WHERE id <= (SELECT max(id) FROM tuning) - {Kept} " +
                $"AND id NOT IN (SELECT max(id) FROM tuning WHERE {Holding} GROUP BY subject, tunable)").Execute();
            return true;
        },
        ct);

    /// <summary>Entries, newest first.</summary>
    /// <param name="before">Only those with a smaller id; null for the newest.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="ct">The caller gives up.</param>
    public ValueTask<IReadOnlyList<(long Id, TuningEntry Entry)>> ListAsync(long? before, int limit, CancellationToken ct) => database.ReadAsync(
        (before, limit),
        static (session, page) => (IReadOnlyList<(long, TuningEntry)>)Read(session.Prepare($"SELECT {Columns} FROM tuning WHERE id < ?1 ORDER BY id DESC LIMIT ?2")
            .Bind(1, page.before ?? long.MaxValue).Bind(2, page.limit)),
        ct);

    /// <summary>The entry that holds for each setting of a subject.</summary>
    public async ValueTask<IReadOnlyList<TuningEntry>> HoldingAsync(string subject, CancellationToken ct)
    {
        var entries = await database.ReadAsync(
            subject,
            static (session, subject) => Read(session.Prepare(
                $"SELECT {Columns} FROM tuning WHERE id IN (SELECT max(id) FROM tuning WHERE {Holding} AND subject = ?1 GROUP BY tunable)").Bind(1, subject)),
            ct).ConfigureAwait(false);
        return [.. entries.Select(static row => row.Entry)];
    }

    /// <summary>The overrides of an earlier run, and how much is left of each.</summary>
    /// <param name="now">The wall clock.</param>
    /// <param name="ct">The caller gives up.</param>
    public ValueTask<(IReadOnlyList<(string Subject, string Tunable, double Value, TimeSpan Left)> Pins, TimeSpan Frozen)> OverridesAsync(
        DateTimeOffset now, CancellationToken ct) => database.ReadAsync(
        now,
        static (session, now) =>
        {
            var pins = new List<(string, string, double, TimeSpan)>();
            var frozen = TimeSpan.Zero;
            var rows = session.Prepare("SELECT name, value FROM setting WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name").Bind(1, OverridePrefix);
            while (rows.Step())
            {
                var name = rows.Text(0)![OverridePrefix.Length..].Split('/');
                if (rows.Text(1)!.Split(' ') is not [var value, var from, var until]
                    || !double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                    || !long.TryParse(from, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var begin)
                    || !long.TryParse(until, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var end))
                    continue;
                // A board without a clock battery wakes up in the past: then no more is left than there was at the beginning.
                var left = TimeSpan.FromSeconds(Math.Clamp(end - now.ToUnixTimeSeconds(), 0, Math.Max(0, end - begin)));
                if (name is [var subject, var tunable])
                    pins.Add((subject, tunable, number, left));
                else
                    frozen = left;
            }

            return ((IReadOnlyList<(string, string, double, TimeSpan)>)pins, frozen);
        },
        ct);

    /// <summary>Remembers the overrides over restarts, instead of those before.</summary>
    /// <param name="overrides">All that hold.</param>
    /// <param name="now">The wall clock.</param>
    /// <param name="ct">The caller gives up.</param>
    public Task SetOverridesAsync(TuningOverrides overrides, DateTimeOffset now, CancellationToken ct) => database.WriteAsync(
        (overrides, now),
        static (session, state) =>
        {
            session.Prepare("DELETE FROM setting WHERE substr(name, 1, length(?1)) = ?1").Bind(1, OverridePrefix).Execute();
            foreach (var (subject, tunable, pin) in state.overrides.Pins)
                Add($"{subject}/{tunable}", pin.Value, pin.Until);
            if (state.overrides.FrozenUntil is { } until)
                Add("", 0, until);
            return true;

            void Add(string name, double value, DateTimeOffset until) => session.Prepare("INSERT INTO setting (name, value) VALUES (?1, ?2)")
                .Bind(1, OverridePrefix + name)
                .Bind(2, string.Create(CultureInfo.InvariantCulture, $"{value:R} {state.now.ToUnixTimeSeconds()} {until.ToUnixTimeSeconds()}")).Execute();
        },
        ct);

    private static List<(long Id, TuningEntry Entry)> Read(SqliteStatement rows)
    {
        var entries = new List<(long Id, TuningEntry Entry)>();
        while (rows.Step())
        {
            // A newer program may have written an outcome that this one does not know; then nothing is known of how it ended.
            var outcome = Enum.TryParse<TuningOutcome>(rows.Text(8), out var known) ? known : TuningOutcome.Abandoned;
            entries.Add((rows.Int64(0), new TuningEntry(
                DateTimeOffset.FromUnixTimeSeconds(rows.Int64(1)), rows.Text(2)!, rows.Text(3)!, rows.Text(4)!, rows.Double(5), rows.Double(6),
                rows.Double(7), outcome, rows.Text(9)!, rows.Int32(10), rows.Double(11), rows.Double(12))));
        }

        return entries;
    }
}
