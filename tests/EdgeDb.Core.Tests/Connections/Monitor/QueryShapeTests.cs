using System.Diagnostics;
using System.Text.RegularExpressions;
using EdgeDb.Core.Connections;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.Core.Tests.Connections;

public sealed partial class QueryShapeTests
{
    [Theory]
    [InlineData("SELECT a, b FROM t WHERE id = 5", "select a, b from t where id = ?")]
    [InlineData("select a,b from T\n where id=$1 ;", "select a, b from t where id = ?")]
    [InlineData("SELECT count( * ) FROM \"Order Items\" AS o WHERE o . \"Name\" LIKE 'a%'", "select count(*) from \"Order Items\" as o where o.\"Name\" like ?")]
    [InlineData("INSERT INTO t(a, b) VALUES (1, 'x'), (2, 'y'), (3, NULL) RETURNING id", "insert into t(a, b) values (?, ?) returning id")]
    [InlineData("SELECT * FROM t WHERE a IN (1, 2, 3) AND b NOT IN ('x')", "select * from t where a in (?) and b not in (?)")]
    [InlineData("SELECT x->>'key', y::text, ARRAY[1,2,3] FROM t", "select x ->> ?, y::text, array[?] from t")]
    [InlineData("UPDATE t SET a = a - 1, b = -1 WHERE c IS NOT NULL", "update t set a = a - ?, b = ? where c is not null")]
    [InlineData("SELECT embedding <-> $1 AS d FROM v ORDER BY d LIMIT 10", "select embedding <-> ? as d from v order by d limit ?")]
    [InlineData("SELECT CAST(? AS REAL), -x, - -5", "select cast(? as real), -x, ?")]
    [InlineData("", "")]
    public void Text_is_the_statement_in_one_form_without_its_values(string sql, string text) => Assert.Equal(text, QueryShapes.Of(sql).Text);

    [Theory]
    [InlineData("SELECT 1", "select  2")]
    [InlineData("SELECT 1", "SELECT 'it''s'")]
    [InlineData("SELECT 1", "SELECT E'it\\'s -- no comment'")]
    [InlineData("SELECT 1", "SELECT x'00ff'")]
    [InlineData("SELECT 1", "SELECT b'0101'")]
    [InlineData("SELECT 1", "SELECT U&'\\0061'")]
    [InlineData("SELECT 1", "SELECT $$a 'quoted' -- text$$")]
    [InlineData("SELECT 1", "SELECT $Tag$ $tag$ $$ inner $Tag$")]
    [InlineData("SELECT 1", "SELECT NULL")]
    [InlineData("SELECT 1", "SELECT TRUE")]
    [InlineData("SELECT 1", "SELECT -1.5e-10")]
    [InlineData("SELECT 1", "SELECT 0xFF_FF")]
    [InlineData("SELECT 1", "SELECT .5")]
    [InlineData("SELECT 1", "SELECT ?12")]
    [InlineData("SELECT 1", "SELECT :name")]
    [InlineData("SELECT 1", "SELECT @name")]
    [InlineData("SELECT 1", "SELECT $name")]
    [InlineData("SELECT 1", "-- a comment\nSELECT /* another /* within */ */ 1;")]
    [InlineData("SELECT 1", "\uFEFFSELECT\t1 ; ;")]
    [InlineData("x IN (1)", "x IN ()")]
    [InlineData("x IN (1)", "x IN (:a, -2, 'c', NULL, 5.0)")]
    [InlineData("x IN ('a'::text)", "x IN ('a'::text, 'b'::text)")]
    [InlineData("(a, b) IN ((1, 2))", "(a, b) IN ((1, 2), (3, 4), (5, 6))")]
    [InlineData("VALUES (1, now())", "VALUES (1, now()), (2, now()), (3, now())")]
    [InlineData("x = ANY (ARRAY[1])", "x = ANY (ARRAY[1, 2, 3])")]
    [InlineData("WHERE a=1AND b=2", "where a = 3 and b = 4")]
    [InlineData("a=@p", "a = @p")]
    [InlineData("a||:p", "a || 'x'")]
    public void What_differs_in_values_comments_space_or_case_is_one_shape(string one, string other) =>
        Assert.Equal((QueryShapes.Of(one).Id, QueryShapes.Of(one).Text), (QueryShapes.Of(other).Id, QueryShapes.Of(other).Text));

    [Theory]
    [InlineData("SELECT a FROM t", "SELECT b FROM t")]
    [InlineData("SELECT \"a\" FROM t", "SELECT \"A\" FROM t")]
    [InlineData("SELECT a FROM t WHERE b = 1", "SELECT a FROM t WHERE b > 1")]
    [InlineData("SELECT a + 1", "SELECT a - 1")]
    [InlineData("SELECT -x", "SELECT x")]
    [InlineData("SELECT -:p", "SELECT :p")]
    [InlineData("SELECT a IS NULL", "SELECT a IS 5")]
    [InlineData("SELECT f(1)", "SELECT f(1, 2)")]
    [InlineData("INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (1, 2)")]
    [InlineData("SELECT x IN (SELECT a, a FROM t)", "SELECT x IN (SELECT a FROM t)")]
    [InlineData("SELECT x IN (a, 1)", "SELECT x IN (b, 1)")]
    [InlineData("SELECT a.b", "SELECT a, b")]
    [InlineData("SELECT x ORDER BY a ASC", "SELECT x ORDER BY a DESC")]
    public void Different_statements_are_different_shapes(string one, string other) => Assert.NotEqual(QueryShapes.Of(one).Id, QueryShapes.Of(other).Id);

    [Theory]
    [InlineData("SELECT 'secret")]
    [InlineData("SELECT E'a\\'secret")]
    [InlineData("SELECT \"id FROM t WHERE email = 'secret@x'")]
    [InlineData("SELECT $TAG$ a $tag$ secret $TAG$, b")]
    [InlineData("SELECT $a$ secret")]
    [InlineData("/* secret /* */ secret */ SELECT 1")]
    [InlineData("/* secret SELECT 1")]
    [InlineData("SELECT 1 -- secret")]
    [InlineData("ALTER USER u PASSWORD 'secret'")]
    [InlineData("SELECT N'secret', U&'secret' UESCAPE '!', x'secret'")]
    [InlineData("SELECT ARRAY['secret', 'secret'], '{secret}'::text[]")]
    [InlineData("SELECT * FROM t WHERE a IN ('secret', lower('secret'))")]
    [InlineData("SELECT '\\' , 'secret'")]
    public void No_value_reaches_the_text(string sql) => Assert.DoesNotContain("secret", QueryShapes.Of(sql).Text, StringComparison.OrdinalIgnoreCase);

    [Theory]
    [InlineData("SELECT 1", QueryClass.Read)]
    [InlineData("(SELECT 1) UNION ALL SELECT 2", QueryClass.Read)]
    [InlineData("VALUES (1)", QueryClass.Read)]
    [InlineData("SELECT a FROM t FOR UPDATE", QueryClass.Write)]
    [InlineData("SELECT a FROM t FOR NO KEY UPDATE SKIP LOCKED", QueryClass.Write)]
    [InlineData("SELECT a FROM t FOR SHARE", QueryClass.Write)]
    [InlineData("SELECT substring(a FOR 3) FROM t", QueryClass.Read)]
    [InlineData("SELECT a INTO b FROM t", QueryClass.Write)]
    [InlineData("SELECT replace(a, 'x', 'y'), \"update\" FROM t", QueryClass.Read)]
    [InlineData("WITH x AS (SELECT 1) SELECT * FROM x", QueryClass.Read)]
    [InlineData("WITH x(a) AS (SELECT 1), y AS (SELECT 2) INSERT INTO t SELECT * FROM x", QueryClass.Write)]
    [InlineData("WITH x AS MATERIALIZED (DELETE FROM t RETURNING *) SELECT * FROM x", QueryClass.Write)]
    [InlineData("INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING", QueryClass.Write)]
    [InlineData("update t set a = 1", QueryClass.Write)]
    [InlineData("REPLACE INTO t VALUES (1)", QueryClass.Write)]
    [InlineData("MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE", QueryClass.Write)]
    [InlineData("CREATE TABLE t (a)", QueryClass.Write)]
    [InlineData("EXPLAIN INSERT INTO t VALUES (1)", QueryClass.Read)]
    [InlineData("EXPLAIN QUERY PLAN SELECT 1", QueryClass.Read)]
    [InlineData("EXPLAIN (ANALYZE, BUFFERS) DELETE FROM t", QueryClass.Write)]
    [InlineData("EXPLAIN ANALYZE SELECT 1", QueryClass.Read)]
    [InlineData("COPY t TO STDOUT", QueryClass.Read)]
    [InlineData("COPY t FROM STDIN", QueryClass.Write)]
    [InlineData("PRAGMA journal_mode = WAL", QueryClass.Other)]
    [InlineData("BEGIN IMMEDIATE", QueryClass.Other)]
    [InlineData("BEGIN; UPDATE t SET a = 1; COMMIT", QueryClass.Write)]
    [InlineData("BEGIN; SELECT 1; COMMIT", QueryClass.Read)]
    [InlineData("-- UPDATE\nSELECT 'INSERT'", QueryClass.Read)]
    [InlineData("SET statement_timeout = 5", QueryClass.Other)]
    [InlineData("", QueryClass.Other)]
    public void Class_is_read_from_the_statement(string sql, QueryClass expected) => Assert.Equal(expected, QueryShapes.Of(sql).Class);

    [Fact]
    public void A_declared_class_keeps_the_id()
    {
        var read = QueryShapes.Of("SELECT sum(a) FROM history");
        var declared = read.As(QueryClass.Analytics);

        Assert.Equal((read.Id, read.Text, QueryClass.Analytics), (declared.Id, declared.Text, declared.Class));
        Assert.Same(read, read.As(QueryClass.Read));
    }

    [Fact]
    public void A_name_is_no_statement_and_equal_names_are_one_shape()
    {
        var named = QueryShapes.Named("commit", QueryClass.Write);

        Assert.Equal(named.Id, QueryShapes.Named("commit", QueryClass.Write).Id);
        Assert.NotEqual(named.Id, QueryShapes.Of("commit").Id);
        Assert.Throws<ArgumentOutOfRangeException>(() => QueryShapes.Named(new('x', 201), QueryClass.Read));
    }

    [Fact]
    public void An_id_is_the_same_in_every_process() => Assert.Equal(1473948085116744586UL, QueryShapes.Of("SELECT a FROM t WHERE id = 5").Id);

    [Fact]
    public void A_constant_is_normalised_once_and_then_costs_no_memory()
    {
        const string Sql = "SELECT a FROM cached WHERE id = ?";
        var first = QueryShapes.Of(Sql);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            Assert.Same(first, QueryShapes.Of(Sql));

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Statements_that_come_once_do_not_drive_out_more_than_the_cache_holds_and_stay_equal()
    {
        var first = QueryShapes.Of("SELECT a FROM t WHERE id = 0");
        for (var i = 0; i < 20_000; i++)
            Assert.Equal(first.Id, QueryShapes.Of($"SELECT a FROM t WHERE id = {i}").Id);
    }

    [Fact]
    public void Text_is_bounded_and_what_lies_beyond_still_tells_statements_apart()
    {
        var columns = string.Join(", ", Enumerable.Range(0, 300).Select(i => $"column_{i}"));
        var one = QueryShapes.Of($"SELECT {columns} FROM t WHERE a = 1");
        var other = QueryShapes.Of($"SELECT {columns} FROM t WHERE b = 1");

        Assert.Equal(QueryShapes.MaxTextLength, one.Text.Length);
        Assert.Equal(one.Text, other.Text);
        Assert.NotEqual(one.Id, other.Id);
    }

    [Theory]
    [InlineData("(")]
    [InlineData("in(")]
    [InlineData("$a")]
    [InlineData("$a$")]
    [InlineData("/*")]
    [InlineData("'")]
    [InlineData("e'\\")]
    [InlineData("\"")]
    [InlineData("-")]
    [InlineData("<")]
    [InlineData("values(1),")]
    [InlineData("in(1,2),")]
    [InlineData("[array[1],")]
    [InlineData("a.")]
    public void Hostile_text_takes_linear_time(string repeated)
    {
        var (small, large) = (Repeat(repeated, 20_000), Repeat(repeated, 2_000_000));
        QueryShapes.Of(small);

        var started = Stopwatch.GetTimestamp();
        QueryShapes.Of(large);

        // 100 times the text of a run below 1 ms; quadratic time would be minutes.
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void Statements_of_this_repository_have_a_shape_each()
    {
        // A second, naive way to remove values: where it sees two statements, there must be two ids.
        var byId = new Dictionary<ulong, string>();
        var count = 0;
        foreach (var sql in Statements())
        {
            var naive = NaiveSpace().Replace(NaiveValue().Replace(sql.ToUpperInvariant(), "?"), " ").Trim(' ', ';');
            var id = QueryShapes.Of(sql).Id;
            if (byId.TryGetValue(id, out var known))
                Assert.Equal(known, naive);
            else
                byId.Add(id, naive);
            count++;
        }

        Assert.InRange(count, 80, 2000);
        Assert.Equal(byId.Count, byId.Values.Distinct().Count());
    }

    private static string Repeat(string text, int length) => string.Concat(Enumerable.Repeat(text, length / text.Length));

    private static IEnumerable<string> Statements()
    {
        foreach (var file in Directory.EnumerateFiles(Repository.Path("src"), "*.cs", SearchOption.AllDirectories))
            foreach (Match literal in Literal().Matches(File.ReadAllText(file)))
                yield return literal.Groups[1].Value + literal.Groups[2].Value;
        foreach (var file in Directory.EnumerateFiles(Repository.Path("src"), "*.sql", SearchOption.AllDirectories))
            foreach (var statement in File.ReadAllText(file).Split(";\n"))
                if (statement.Contains("CREATE", StringComparison.Ordinal))
                    yield return LineComment().Replace(statement, "");
    }

    [GeneratedRegex("""(?s)(?<!\$)\x22\x22\x22\s*((?:SELECT|INSERT|UPDATE|DELETE|WITH|REPLACE)\b.*?)\x22\x22\x22|(?<![\$\x22])\x22((?:SELECT|INSERT|UPDATE|DELETE|WITH|REPLACE) [^\x22\n]+)\x22""")]
    private static partial Regex Literal();

    [GeneratedRegex(@"'[^']*'|[?:@$][A-Z0-9_]+|\b\d+\b")]
    private static partial Regex NaiveValue();

    [GeneratedRegex(@"\s+")]
    private static partial Regex NaiveSpace();

    [GeneratedRegex(@"--[^\n]*")]
    private static partial Regex LineComment();
}
