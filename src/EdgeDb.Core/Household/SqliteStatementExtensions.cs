using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Household;

internal static class SqliteStatementExtensions
{
    /// <summary>The first column of the first row; 0 without a row.</summary>
    internal static long Scalar(this SqliteStatement statement)
    {
        var value = statement.Step() ? statement.Int64(0) : 0;
        statement.Reset();
        return value;
    }
}
