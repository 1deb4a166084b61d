using System.Buffers;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Backups;

/// <summary>Adds up the rows of a table as a dump does.</summary>
internal static class DumpScan
{
    public static RowSum Sum(SqliteSession session, DumpTable table)
    {
        var sum = new RowSum();
        var row = new ArrayBufferWriter<byte>();
        var rows = session.Prepare(table.Select(subject: null));
        while (rows.Step())
        {
            row.ResetWrittenCount();
            RowCoding.Write(row, rows, table.Columns.Count);
            sum.Add(row.WrittenSpan);
        }

        return sum;
    }
}
