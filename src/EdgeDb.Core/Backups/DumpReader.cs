using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using EdgeDb.Core.Security;

namespace EdgeDb.Core.Backups;

/// <summary>What a dump held.</summary>
/// <param name="SchemaVersion">Of the database.</param>
/// <param name="TakenAt">When it was written.</param>
/// <param name="Sums">Of the rows of each table that opened.</param>
/// <param name="RowsLeftOut">Rows of persons whose keys were destroyed.</param>
internal sealed record DumpSummary(int SchemaVersion, DateTimeOffset TakenAt, IReadOnlyDictionary<string, RowSum> Sums, long RowsLeftOut);

/// <summary>Takes what a dump holds, in its order.</summary>
internal interface IDumpTarget
{
    /// <summary>Tables come before their rows; what is none (indexes) as well, and is better made after them.</summary>
    void Schema(bool isTable, string sql);

    void Table(DumpTable table);

    void Row(ReadOnlySpan<byte> row);
}

/// <summary>
/// Reads what <see cref="DumpWriter"/> wrote and compares the rows with their sums. The bytes are authenticated, so what does not fit is a defect of a program or of memory; it ends in
/// <see cref="InvalidDataException"/>.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A reader over a stream of the caller, who disposes of that.")]
internal sealed class DumpReader(Stream source, string place, SubjectKeys subjects, IDumpTarget? target)
{
    private readonly BinaryReader _in = new(source);
    private readonly Dictionary<string, RowSum> _sums = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RowSum> _ofSubjects = new(StringComparer.Ordinal);
    private readonly HashSet<string> _gone = new(StringComparer.Ordinal);
    private byte[] _buffer = [];
    private DumpTable? _table;
    private RowSum _sum;
    private long _leftOut;

    public DumpSummary Read(CancellationToken ct)
    {
        if (Next() != DumpRecord.Begin || _in.ReadByte() != DumpWriter.Format)
            throw new InvalidDataException("The backup has a form that this version does not know.");
        var version = _in.Read7BitEncodedInt();
        var takenAt = DateTimeOffset.FromUnixTimeSeconds(_in.ReadInt64());
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            switch (Next())
            {
                case DumpRecord.Schema:
                    var (kind, sql) = (_in.ReadString(), _in.ReadString());
                    target?.Schema(kind == "table", sql);
                    break;
                case DumpRecord.Table:
                    ReadTable();
                    break;
                case DumpRecord.Row:
                    Take(Bytes(_in.Read7BitEncodedInt()), ref _sum);
                    break;
                case DumpRecord.SubjectRows:
                    ReadSubjectRows();
                    break;
                case DumpRecord.Sums:
                    ReadSums();
                    break;
                case DumpRecord.End:
                    return new DumpSummary(version, takenAt, _sums, _leftOut);
                default:
                    throw new InvalidDataException("The backup holds something that this version does not know.");
            }
        }
    }

    private DumpRecord Next() => (DumpRecord)_in.ReadByte();

    private void ReadTable()
    {
        var name = _in.ReadString();
        var columns = new string[_in.Read7BitEncodedInt()];
        for (var i = 0; i < columns.Length; i++)
            columns[i] = _in.ReadString();
        _table = new DumpTable(name, columns);
        _sum = default;
        _ofSubjects.Clear();
        _gone.Clear();
        target?.Table(_table);
    }

    private void ReadSubjectRows()
    {
        var subject = _in.ReadString();
        var value = Bytes(_in.Read7BitEncodedInt());
        if (subjects.Find(subject) is not { } key || !key.HasSealed(value))
        {
            if (!subjects.Exists)
                throw new SealBrokenException(subjects.Path, $"The backup holds rows of persons, and {subjects.Path}, which has their keys, is missing. Bring it back with the recovery key.");
            _gone.Add(subject);
            return;
        }

        var packed = key.Open($"{place}/{_table!.Name}", value);
        var length = BinaryPrimitives.ReadInt32LittleEndian(packed);
        var rows = ArrayPool<byte>.Shared.Rent(length);
        if (!BrotliDecoder.TryDecompress(packed.AsSpan(4), rows, out var written) || written != length)
            throw new InvalidDataException($"Rows of the table '{_table.Name}' cannot be unpacked.");
        var sum = _ofSubjects.GetValueOrDefault(subject);
        for (var rest = rows.AsSpan(0, length); rest.Length > 0;)
        {
            var row = rest.Slice(4, BinaryPrimitives.ReadInt32LittleEndian(rest));
            Take(row, ref sum);
            rest = rest[(4 + row.Length)..];
        }

        _ofSubjects[subject] = sum;
        ArrayPool<byte>.Shared.Return(rows);
    }

    private void ReadSums()
    {
        var all = _sum;
        var fits = RowSum.Read(_in).Equals(_sum);
        for (var left = _in.Read7BitEncodedInt(); left > 0; left--)
        {
            var subject = _in.ReadString();
            var sum = RowSum.Read(_in);
            if (_gone.Contains(subject))
            {
                _leftOut += sum.Count;
                continue;
            }

            fits &= sum.Equals(_ofSubjects.GetValueOrDefault(subject));
            all.Add(sum);
        }

        if (!fits)
            throw new InvalidDataException($"The rows of the table '{_table!.Name}' are not those that were written.");
        _sums[_table!.Name] = all;
    }

    private void Take(ReadOnlySpan<byte> row, ref RowSum sum)
    {
        sum.Add(row);
        target?.Row(row);
    }

    private ReadOnlySpan<byte> Bytes(int length)
    {
        if (_buffer.Length < length)
            _buffer = new byte[Math.Max(length, 4096)];
        var bytes = _buffer.AsSpan(0, length);
        source.ReadExactly(bytes);
        return bytes;
    }
}
