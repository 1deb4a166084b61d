using EdgeDb.Core.Storage;
using Xunit;

namespace EdgeDb.Core.Tests.Storage;

public sealed class SqliteStatementTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Every_type_of_value_comes_back_as_it_was_bound()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync();
        await database.ReadAsync(0, static (session, _) =>
        {
            var long_text = new string('ä', 5000);
            var row = session.Prepare("SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10")
                .Bind(1, long.MinValue)
                .Bind(2, 0.1)
                .Bind(3, "grüße 🎂\0nach dem NUL")
                .Bind(4, "")
                .BindBlob(5, [1, 0, 255])
                .BindBlob(6, [])
                .Bind(7, (string?)null)
                .Bind(8, long_text)
                .BindUtf8(9, "Übung"u8)
                .Bind(10, (long?)null);

            Assert.True(row.Step());
            Assert.Equal(10, row.ColumnCount);
            Assert.Equal(long.MinValue, row.Int64(0));
            Assert.Equal(0.1, row.Double(1));
            Assert.Equal("grüße 🎂\0nach dem NUL", row.Text(2));
            Assert.Equal("", row.Text(3));
            Assert.False(row.IsNull(3));
            Assert.Equal([1, 0, 255], row.Blob(4).ToArray());
            Assert.False(row.IsNull(5));
            Assert.Empty(row.Blob(5).ToArray());
            Assert.Null(row.Text(6));
            Assert.Equal(long_text, row.Text(7));
            Assert.Equal("Übung"u8.ToArray(), row.Utf8(8).ToArray());
            Assert.Null(row.NullableInt64(9));
            Assert.Throws<OverflowException>(() => row.Int32(0));
            Assert.False(row.Step());
            return 0;
        }, None);
    }

    [Fact]
    public async Task A_statement_is_compiled_once_and_comes_back_without_its_old_bindings()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync();
        const string sql = "SELECT ?1 IS NULL";
        for (var i = 0; i < 100; i++)
        {
            var (compiled, wasNull) = await database.ReadAsync(i, static (session, i) =>
            {
                var row = session.Prepare(sql);
                if (i % 2 == 0)
                    row.Bind(1, i);
                row.Step();
                return (session.StatementsCompiled, row.Int64(0));
            }, None);

            Assert.Equal(i % 2, wasNull);
            // BEGIN, COMMIT and the one above.
            Assert.Equal(3, compiled);
        }
    }

    [Fact]
    public async Task An_equal_text_in_another_string_finds_the_held_statement()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync();
        for (var i = 0; i < 10; i++)
        {
            var text = string.Concat("SELECT ", "42");
            Assert.Equal(3, await database.ReadAsync(text, static (session, text) =>
            {
                session.Prepare(text).Step();
                return session.StatementsCompiled;
            }, None));
        }
    }

    [Fact]
    public async Task The_cache_keeps_the_latest_used_statements_within_its_bound()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync(folder.Options with { StatementCacheSize = 8, ReaderCount = 1 });
        var texts = Enumerable.Range(0, 50).Select(i => $"SELECT {i}").ToArray();
        foreach (var text in texts)
        {
            Assert.InRange(await database.ReadAsync(text, static (session, text) =>
            {
                session.Prepare("SELECT 'always'").Step();
                session.Prepare(text).Step();
                return session.StatementsHeld;
            }, None), 1, 8);
        }

        // 2 of the reader, 50 above, 1 that was used all along and never left.
        Assert.Equal(53, await database.ReadAsync(0, static (session, _) =>
        {
            session.Prepare("SELECT 'always'").Step();
            return session.StatementsCompiled;
        }, None));
    }

    [Fact]
    public async Task One_operation_may_hold_more_statements_than_the_cache()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync(folder.Options with { StatementCacheSize = 1 });
        var sum = await database.ReadAsync(0, static (session, _) =>
        {
            var rows = Enumerable.Range(0, 20).Select(i => session.Prepare($"SELECT {i}")).ToArray();
            long sum = 0;
            foreach (var row in rows)
                sum += row.Step() ? row.Int64(0) : 0;
            return sum;
        }, None);
        Assert.Equal(190, sum);
    }

    [Fact]
    public async Task A_statement_kept_past_its_operation_is_refused()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync();
        var kept = await database.ReadAsync(0, static (session, _) => session.Prepare("SELECT 1"), None);
        Assert.Throws<InvalidOperationException>(() => kept.Step());
        Assert.Throws<InvalidOperationException>(() => default(SqliteStatement).Step());
    }

    [Fact]
    public async Task Preparing_a_text_again_while_its_rows_are_read_is_refused_instead_of_ending_the_loop_silently()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync();
        await database.ReadAsync(0, static (session, _) =>
        {
            const string sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n";
            var outer = session.Prepare(sql);
            Assert.True(outer.Step());
            Assert.True(session.Prepare(sql).Step());
            Assert.Throws<InvalidOperationException>(() => outer.Step());
            return 0;
        }, None);
    }

    [Theory]
    [InlineData("SELECT 1; SELECT 2")]
    [InlineData("")]
    [InlineData("-- nothing")]
    public async Task A_text_that_is_not_one_statement_is_refused(string sql)
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync();
        await Assert.ThrowsAsync<ArgumentException>(async () => await database.ReadAsync(sql, static (session, sql) => session.Execute(sql), None));
    }

    [Theory]
    [InlineData("SELEC 1")]
    [InlineData("SELECT * FROM nowhere")]
    [InlineData("SELECT \"a string in double quotes\"")]
    public async Task A_wrong_text_fails_with_itself_in_the_message(string sql)
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync();
        var failure = await Assert.ThrowsAsync<StorageException>(
            async () => await database.ReadAsync(sql, static (session, sql) => session.Execute(sql), None));
        Assert.Equal(StorageFailure.Statement, failure.Failure);
        Assert.Contains(sql, failure.Message, StringComparison.Ordinal);
    }
}
