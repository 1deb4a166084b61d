using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Backups;

/// <summary>What a record of a dump is.</summary>
internal enum DumpRecord : byte
{
    /// <summary>Format (1), schema version, second it was taken.</summary>
    Begin = 1,

    /// <summary>Kind and text of something of the schema.</summary>
    Schema,

    /// <summary>Name and columns of the table whose rows follow.</summary>
    Table,

    /// <summary>A row: length and <see cref="RowCoding"/>.</summary>
    Row,

    /// <summary>Rows of one person: subject, length, and the rows, compressed and sealed by that person's key.</summary>
    SubjectRows,

    /// <summary>The end of a table: the <see cref="RowSum"/> of the household's rows and those of each person.</summary>
    Sums,

    /// <summary>The end; one that is missing means that the writer was killed.</summary>
    End,
}

/// <summary>
/// Writes the content of a database as rows, in the snapshot of one read transaction. Rows instead of pages, because pages also hold what was deleted, and rows of one person
/// can be sealed with that person's key; it also leaves out the indexes, half of the file. Memory is bounded by the largest row and some KB a person.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A writer over a stream of the caller, who disposes of that.")]
internal sealed class DumpWriter(SqliteSession session, Stream target, string place, SubjectKeys subjects, IReadOnlyList<SubjectRows> registry)
{
    public const byte Format = 1;
    private const int BatchBytes = 16 * 1024;
    private const int PauseEveryBytes = 256 * 1024;
    private const int BrotliQuality = 3;
    private const int BrotliWindow = 16;

    private readonly BinaryWriter _out = new(target);
    private readonly ArrayBufferWriter<byte> _row = new();
    private readonly Dictionary<string, Batch> _batches = new(StringComparer.Ordinal);
    private int _rowsSincePause;
    private int _bytesSincePause;

    /// <summary>Writes it all.</summary>
    /// <param name="version">Of the schema.</param>
    /// <param name="takenAt">Now.</param>
    /// <param name="pause">Awaited after every 256 KiB of rows and at the end, with the number of rows since it was awaited before.</param>
    public async Task WriteAsync(int version, DateTimeOffset takenAt, Func<int, ValueTask> pause)
    {
        Tag(DumpRecord.Begin);
        _out.Write(Format);
        _out.Write7BitEncodedInt(version);
        _out.Write(takenAt.ToUnixTimeSeconds());
        WriteSchema();
        foreach (var table in DumpTable.ReadAll(session))
            await WriteTableAsync(table, version, pause).ConfigureAwait(false);
        await pause(_rowsSincePause).ConfigureAwait(false);
        Tag(DumpRecord.End);
        _out.Flush();
    }

    private void WriteSchema()
    {
        var rows = session.Prepare("SELECT type, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type <> 'table', name");
        while (rows.Step())
        {
            Tag(DumpRecord.Schema);
            _out.Write(rows.Text(0)!);
            _out.Write(rows.Text(1)!);
        }
    }

    private async Task WriteTableAsync(DumpTable table, int version, Func<int, ValueTask> pause)
    {
        Tag(DumpRecord.Table);
        _out.Write(table.Name);
        _out.Write7BitEncodedInt(table.Columns.Count);
        foreach (var column in table.Columns)
            _out.Write(column);

        var sum = new RowSum();
        var rows = session.Prepare(table.Select(registry.LastOrDefault(rows => rows.Table == table.Name && rows.Since <= version)?.Subject));
        while (rows.Step())
        {
            _row.ResetWrittenCount();
            RowCoding.Write(_row, rows, table.Columns.Count);
            if (rows.IsNull(table.Columns.Count))
            {
                sum.Add(_row.WrittenSpan);
                Tag(DumpRecord.Row);
                _out.Write7BitEncodedInt(_row.WrittenCount);
                _out.Write(_row.WrittenSpan);
            }
            else
            {
                AddToBatch(table, rows.Text(table.Columns.Count)!);
            }

            _rowsSincePause++;
            if ((_bytesSincePause += _row.WrittenCount) >= PauseEveryBytes)
            {
                await pause(_rowsSincePause).ConfigureAwait(false);
                (_rowsSincePause, _bytesSincePause) = (0, 0);
            }
        }

        foreach (var batch in _batches.Values)
            WriteBatch(table, batch);
        Tag(DumpRecord.Sums);
        sum.Write(_out);
        var written = _batches.Values.Where(static batch => batch.Sum.Count > 0).ToList();
        _out.Write7BitEncodedInt(written.Count);
        foreach (var batch in written)
        {
            _out.Write(batch.Key.Subject);
            batch.Sum.Write(_out);
            batch.Sum = default;
        }
    }

    private void AddToBatch(DumpTable table, string subject)
    {
        if (!_batches.TryGetValue(subject, out var batch))
            _batches.Add(subject, batch = new Batch(subjects.For(subject)));
        var sum = batch.Sum;
        sum.Add(_row.WrittenSpan);
        batch.Sum = sum;
        BinaryPrimitives.WriteInt32LittleEndian(batch.Rows.GetSpan(4), _row.WrittenCount);
        batch.Rows.Advance(4);
        batch.Rows.Write(_row.WrittenSpan);
        if (batch.Rows.WrittenCount >= BatchBytes)
            WriteBatch(table, batch);
    }

    private void WriteBatch(DumpTable table, Batch batch)
    {
        var rows = batch.Rows.WrittenSpan;
        if (rows.Length == 0)
            return;
        // Sealed bytes cannot be compressed any more, so it is done before.
        var buffer = ArrayPool<byte>.Shared.Rent(4 + BrotliEncoder.GetMaxCompressedLength(rows.Length));
        BinaryPrimitives.WriteInt32LittleEndian(buffer, rows.Length);
        if (!BrotliEncoder.TryCompress(rows, buffer.AsSpan(4), out var length, BrotliQuality, BrotliWindow))
            throw new InvalidOperationException("Rows did not fit into the largest buffer that compressing may need.");
        var value = batch.Key.Seal($"{place}/{table.Name}", buffer.AsSpan(0, 4 + length));
        ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        Tag(DumpRecord.SubjectRows);
        _out.Write(batch.Key.Subject);
        _out.Write7BitEncodedInt(value.Length);
        _out.Write(value);
        batch.Rows.ResetWrittenCount();
    }

    private void Tag(DumpRecord record) => _out.Write((byte)record);

    private sealed class Batch(SubjectKey key)
    {
        public SubjectKey Key => key;

        public ArrayBufferWriter<byte> Rows { get; } = new();

        public RowSum Sum { get; set; }
    }
}
