using System.Buffers;
using System.Buffers.Binary;
using EdgeDb.Core.Storage;
using SQLitePCL;

namespace EdgeDb.Core.Backups;

/// <summary>
/// A row as bytes: for each column its type as SQLite numbers it (1 integer, 2 real, 3 text, 4 blob, 5 null), then 8 bytes little-endian for a number, or a length (4, little-endian)
/// and the bytes.
/// </summary>
internal static class RowCoding
{
    public static void Write(ArrayBufferWriter<byte> target, SqliteStatement row, int columns)
    {
        for (var column = 0; column < columns; column++)
        {
            var type = row.Type(column);
            var span = target.GetSpan(9);
            span[0] = (byte)type;
            switch (type)
            {
                case raw.SQLITE_INTEGER:
                    BinaryPrimitives.WriteInt64LittleEndian(span[1..], row.Int64(column));
                    target.Advance(9);
                    break;
                case raw.SQLITE_FLOAT:
                    BinaryPrimitives.WriteDoubleLittleEndian(span[1..], row.Double(column));
                    target.Advance(9);
                    break;
                case raw.SQLITE_NULL:
                    target.Advance(1);
                    break;
                default:
                    var bytes = row.Blob(column);
                    BinaryPrimitives.WriteInt32LittleEndian(span[1..], bytes.Length);
                    target.Advance(5);
                    target.Write(bytes);
                    break;
            }
        }
    }

    /// <summary>Binds the columns in their order, from parameter 1 on.</summary>
    public static void Bind(ReadOnlySpan<byte> row, SqliteStatement insert)
    {
        for (var parameter = 1; row.Length > 0; parameter++)
        {
            var type = row[0];
            row = row[1..];
            switch ((int)type)
            {
                case raw.SQLITE_INTEGER:
                    insert.Bind(parameter, BinaryPrimitives.ReadInt64LittleEndian(row));
                    row = row[8..];
                    break;
                case raw.SQLITE_FLOAT:
                    insert.Bind(parameter, BinaryPrimitives.ReadDoubleLittleEndian(row));
                    row = row[8..];
                    break;
                case raw.SQLITE_NULL:
                    insert.BindNull(parameter);
                    break;
                default:
                    var bytes = row.Slice(4, BinaryPrimitives.ReadInt32LittleEndian(row));
                    _ = type == raw.SQLITE_TEXT ? insert.BindUtf8(parameter, bytes) : insert.BindBlob(parameter, bytes);
                    row = row[(4 + bytes.Length)..];
                    break;
            }
        }
    }
}
