using System.Globalization;
using System.Text;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Audit;

/// <summary>
/// Goes over the chain from its first entry to its last and compares every hash. Needs no key. Reads a few hundred entries at a time, so that it holds up nobody and works beside
/// the service, which adds meanwhile.
/// </summary>
internal sealed class AuditCheck
{
    private const int RowsAtOnce = 500;

    private readonly AuditHead? _noted;
    private AuditHead _latest = AuditHead.None;
    private AuditHead? _start;
    private AuditHead? _stated;
    private string? _problem;
    private long? _broken;
    private long _entries;
    private long _first;
    private long _missing;
    private long _firstMissing;
    private long _erased;
    private bool _metNoted;

    private AuditCheck(AuditHead? noted) => _noted = noted;

    /// <summary>Checks all of it. Throws <see cref="StorageException"/> when the file cannot be read.</summary>
    /// <param name="database">The file.</param>
    /// <param name="noted">A head that was noted before; the chain must still have it.</param>
    /// <param name="pause">Called between two reads.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<AuditReport> RunAsync(ISqliteReads database, AuditHead? noted, Func<CancellationToken, ValueTask>? pause, CancellationToken ct)
    {
        var check = new AuditCheck(noted);
        while (await database.ReadAsync(check, static (session, check) => check.ReadSome(session), ct).ConfigureAwait(false))
            if (pause is not null)
                await pause(ct).ConfigureAwait(false);
        check.End();
        return new(check._problem, check._broken, check._entries, check._first, check._missing, check._latest);
    }

    /// <summary>False at the end, and when something is wrong: what follows a broken entry proves nothing.</summary>
    private bool ReadSome(SqliteSession session)
    {
        // Old entries may have been dropped since the last read.
        var start = session.Prepare("SELECT sequence, previous FROM audit_start");
        if (start.Step())
        {
            _start = new(start.Int64(0), start.Blob(1).ToArray());
            if (_start.Sequence - 1 > _latest.Sequence)
                _latest = new(_start.Sequence - 1, _start.Hash);
        }

        start.Reset();
        var details = session.Prepare("SELECT sequence, part, owner, value FROM audit_detail WHERE sequence > ?1 ORDER BY sequence, part").Bind(1, _latest.Sequence);
        var hasDetail = details.Step();
        var rows = session.Prepare($"SELECT {AuditRow.Columns} FROM audit_entry WHERE sequence > ?1 ORDER BY sequence LIMIT {RowsAtOnce}").Bind(1, _latest.Sequence);
        var count = 0;
        while (_problem is null && rows.Step())
        {
            count++;
            var row = AuditRow.Read(rows);
            if (row.Sequence != _latest.Sequence + 1)
            {
                Break(_latest.Sequence + 1, "is missing");
                break;
            }

            var hash = row.Hash(_latest.Hash);
            if (!rows.Blob(8).SequenceEqual(hash))
            {
                Break(row.Sequence, "was changed, or the one before it");
                break;
            }

            hasDetail = CheckDetails(row, details, hasDetail);
            _latest = new(row.Sequence, hash);
            _first = _first == 0 ? row.Sequence : _first;
            _entries++;
            if (_noted?.Sequence == row.Sequence)
            {
                _metNoted = true;
                if (!_noted.Equals(_latest))
                    Break(row.Sequence, "is another one than was noted: the log was written anew");
            }
        }

        if (_problem is null && count < RowsAtOnce && hasDetail)
            Break(details.Int64(0), "has a detail, but is none");
        return _problem is null && count == RowsAtOnce;
    }

    /// <summary>Reads on to behind the details of a row. Returns whether there is another one.</summary>
    private bool CheckDetails(AuditRow row, SqliteStatement details, bool hasDetail)
    {
        var (who, what) = (row.Who is null, false);
        for (; hasDetail && details.Int64(0) <= row.Sequence; hasDetail = details.Step())
        {
            var detail = new AuditDetail((AuditPart)details.Int64(1), details.Text(2), details.Blob(3).ToArray());
            var expected = detail.Part switch
            {
                AuditPart.Who => row.Who,
                AuditPart.What => row.What,
                _ => null,
            };
            if (details.Int64(0) != row.Sequence || expected is null || !expected.AsSpan().SequenceEqual(detail.Commitment()))
            {
                Break(details.Int64(0), "has a detail that was changed or put in");
                return true;
            }

            who |= detail.Part == AuditPart.Who;
            what |= detail.Part == AuditPart.What;
            if (detail.Part == AuditPart.What && detail.Owner is null)
                Take(row.Kind, Encoding.UTF8.GetString(detail.Value.AsSpan(AuditDetail.SaltBytes)));
        }

        Miss(row, AuditPart.Who, who);
        Miss(row, AuditPart.What, what);
        return hasDetail;
    }

    private void Take(string kind, string text)
    {
        if (kind == AuditKinds.Name(AuditKind.Erasure))
            _erased += AuditChain.Erased(text);
        else if (kind == AuditKinds.Name(AuditKind.Checkpoint) && AuditHead.TryParse(text, out var stated))
            _stated = stated;
    }

    private void Miss(AuditRow row, AuditPart part, bool isThere)
    {
        if (isThere || _problem is not null)
            return;
        if (!row.IsPersonal(part))
        {
            Break(row.Sequence, "lacks a detail that nobody may erase");
            return;
        }

        _missing++;
        _firstMissing = _firstMissing == 0 ? row.Sequence : _firstMissing;
    }

    private void End()
    {
        if (_problem is not null)
            return;
        if (_start is { } start && !start.Equals(_stated))
            Break(start.Sequence, "is not where the log was cut, as its own entries tell");
        else if (_missing > _erased)
            Break(_firstMissing, string.Create(CultureInfo.InvariantCulture, $"or a later one lacks a detail: {_missing} are missing, of which {_erased} were erased"));
        else if (_noted is { } noted && noted.Sequence > _latest.Sequence)
            Break(_latest.Sequence + 1, string.Create(CultureInfo.InvariantCulture, $"is missing: {noted.Sequence} entries were noted, and there are {_latest.Sequence}. They were cut off, or the file was replaced by an older copy"));
        else if (_noted is { Sequence: > 0 } && !_metNoted && _noted.Sequence >= _first)
            Break(_noted.Sequence, "was noted and is not there");
    }

    private void Break(long sequence, string how)
    {
        if (_problem is not null)
            return;
        (_broken, _problem) = (sequence, string.Create(CultureInfo.InvariantCulture, $"Entry {sequence} {how}."));
    }
}
