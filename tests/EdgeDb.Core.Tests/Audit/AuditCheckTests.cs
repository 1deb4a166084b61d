using EdgeDb.Core.Audit;
using EdgeDb.Core.Storage;
using Xunit;

namespace EdgeDb.Core.Tests.Audit;

public sealed class AuditCheckTests
{
    private static readonly string[] EntryColumns = ["sequence", "at", "boot", "kind", "actor", "personal", "who", "what", "hash"];
    private static readonly string[] DetailColumns = ["sequence", "part", "owner", "value"];

    [Fact]
    public async Task What_was_written_is_intact_and_names_its_head()
    {
        await using var audit = await TemporaryAudit.StartAsync();
        Assert.Equal(AuditHead.None, (await audit.CheckAsync()).Head);
        await audit.FillAsync();
        var head = await audit.AppendAsync(AuditKind.KeysRotated, AuditActor.Console, null, "");
        var report = await audit.CheckAsync(head);
        Assert.Null(report.Problem);
        Assert.Equal((7, 1, 0), (report.Entries, report.First, report.Erased));
        Assert.Equal(head, report.Head);
        Assert.True(AuditHead.TryParse(head.ToString(), out var noted));
        Assert.Equal(head, noted);
    }

    [Fact]
    public async Task A_flip_of_any_byte_of_any_entry_or_detail_is_found_and_named()
    {
        await using var audit = await TemporaryAudit.StartAsync();
        await audit.FillAsync();
        var head = (await audit.CheckAsync()).Head;
        var flips = await audit.Database.WriteAsync(
            head,
            static (session, head) =>
            {
                TemporaryAudit.DropTriggers(session);
                return FlipAll(session, "audit_entry", "sequence", EntryColumns, head) + FlipAll(session, "audit_detail", "10 * sequence + part", DetailColumns, head);
            },
            TestContext.Current.CancellationToken);
        Assert.InRange(flips, 1200, 5000);
        Assert.Null((await audit.CheckAsync(head)).Problem);
    }

    [Theory]
    [InlineData("DELETE FROM audit_entry WHERE sequence = 3", 3)]
    [InlineData("DELETE FROM audit_entry WHERE sequence < 3", 1)]
    [InlineData("DELETE FROM audit_detail WHERE sequence = 3", 3)]
    [InlineData("DELETE FROM audit_detail WHERE sequence = 4 AND part = 2", 4)]
    [InlineData("DELETE FROM audit_detail WHERE owner IS NOT NULL", 2)]
    [InlineData("UPDATE audit_entry SET sequence = CASE sequence WHEN 3 THEN 104 ELSE 103 END WHERE sequence IN (3, 4)", 3)]
    [InlineData("INSERT INTO audit_entry SELECT 7, at, boot, kind, actor, personal, who, what, hash FROM audit_entry WHERE sequence = 6", 7)]
    [InlineData("INSERT INTO audit_detail SELECT sequence, 1, owner, value FROM audit_detail WHERE sequence = 1", 1)]
    [InlineData("INSERT INTO audit_detail SELECT 9, part, owner, value FROM audit_detail WHERE sequence = 1", 9)]
    [InlineData("INSERT INTO audit_start VALUES (1, 3, x'00')", 3)]
    [InlineData("INSERT INTO audit_start SELECT 1, 4, hash FROM audit_entry WHERE sequence = 3", 4)]
    public async Task What_was_taken_out_put_in_or_moved_is_found_and_named(string sql, long broken)
    {
        await using var audit = await TemporaryAudit.StartAsync();
        await audit.FillAsync();
        await audit.TamperAsync(sql);
        var report = await audit.CheckAsync();
        Assert.Equal(broken, report.Broken);
        Assert.Contains($"Entry {broken} ", report.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cutting_off_the_newest_entries_is_found_by_who_has_noted_the_head()
    {
        await using var audit = await TemporaryAudit.StartAsync();
        await audit.FillAsync();
        var head = (await audit.CheckAsync()).Head;
        await audit.TamperAsync("DELETE FROM audit_entry WHERE sequence > 4");
        await audit.TamperAsync("DELETE FROM audit_detail WHERE sequence > 4");
        Assert.Null((await audit.CheckAsync()).Problem);
        Assert.Equal(5, (await audit.CheckAsync(head)).Broken);
        // Written on, until there are as many as before.
        await audit.AppendAsync(AuditKind.Write, AuditActor.Anybody, null, "another");
        await audit.AppendAsync(AuditKind.Write, AuditActor.Anybody, null, "past");
        Assert.Null((await audit.CheckAsync()).Problem);
        Assert.Equal(6, (await audit.CheckAsync(head)).Broken);
    }

    [Fact]
    public async Task Sql_neither_changes_nor_removes_entries_nor_what_is_nobodys()
    {
        await using var audit = await TemporaryAudit.StartAsync();
        await audit.FillAsync();
        foreach (var sql in (string[])
            ["UPDATE audit_entry SET at = 0", "DELETE FROM audit_entry", "UPDATE audit_detail SET owner = NULL", "DELETE FROM audit_detail WHERE sequence = 1"])
        {
            var refused = await Assert.ThrowsAsync<StorageException>(() => audit.Database.WriteAsync(sql, static (session, sql) => session.Execute(sql), TestContext.Current.CancellationToken));
            Assert.Contains("only added to", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task After_old_entries_were_dropped_the_rest_is_intact_and_tells_where_it_begins()
    {
        await using var audit = await TemporaryAudit.StartAsync();
        for (var i = 0; i < 1200; i++)
        {
            audit.Log.Write(AuditKind.Write, i % 2 == 0 ? TemporaryAudit.Ada : AuditActor.Anybody, null, "events add");
            if (i % 100 == 0)
                await audit.Log.FlushAsync(TestContext.Current.CancellationToken);
        }

        await audit.Log.FlushAsync(TestContext.Current.CancellationToken);
        audit.Time.Advance(TimeSpan.FromDays(400));
        await audit.AppendAsync(AuditKind.Write, AuditActor.Anybody, null, "events add");
        Assert.False(await DropAsync(audit, leastKept: 5000, mostKept: 10_000));
        while (await DropAsync(audit, leastKept: 100, mostKept: 10_000))
        {
        }

        var report = await audit.CheckAsync();
        Assert.Null(report.Problem);
        // 1201 entries, and one for each of the three times some were dropped; 100 were kept each time, before that one was added.
        Assert.Equal(1104, report.First);
        Assert.Equal(1204, report.Head.Sequence);
        while (await DropAsync(audit, leastKept: 5000, mostKept: 50))
        {
        }

        Assert.Equal(1155, (await audit.CheckAsync()).First);
        Assert.Null((await audit.CheckAsync()).Problem);
        await audit.TamperAsync("UPDATE audit_start SET sequence = sequence + 1, previous = (SELECT hash FROM audit_entry WHERE sequence = audit_start.sequence)");
        await audit.TamperAsync("DELETE FROM audit_detail WHERE sequence = 1155");
        await audit.TamperAsync("DELETE FROM audit_entry WHERE sequence = 1155");
        Assert.Equal(1156, (await audit.CheckAsync()).Broken);
    }

    private static Task<bool> DropAsync(TemporaryAudit audit, int leastKept, int mostKept) => audit.Database.WriteAsync(
        (audit, leastKept, mostKept),
        static (session, step) => AuditChain.DropOld(
            session, step.audit.Time.GetUtcNow().ToUnixTimeSeconds() - 1000, step.leastKept, step.mostKept, step.audit.Time.GetUtcNow().ToUnixTimeSeconds()),
        TestContext.Current.CancellationToken);

    /// <summary>Flips a bit of each byte, one after the other, and checks each time; in one transaction. Returns how many.</summary>
    private static int FlipAll(SqliteSession session, string table, string order, string[] columns, AuditHead head)
    {
        var flips = 0;
        var named = new List<(long Key, long Sequence)>();
        var keys = session.Prepare($"SELECT {order}, sequence FROM {table} ORDER BY 1");
        while (keys.Step())
            named.Add((keys.Int64(0), keys.Int64(1)));
        foreach (var (key, sequence) in named)
            foreach (var column in columns)
            {
                session.Execute("SAVEPOINT before");
                var read = session.Prepare($"SELECT typeof({column}), {column} FROM {table} WHERE {order} = ?1").Bind(1, key);
                read.Step();
                var (type, value) = (read.Text(0)!, read.Blob(1).ToArray());
                var number = read.Int64(1);
                read.Reset();
                for (var at = 0; at < (type == "integer" ? sizeof(long) : type == "null" ? 0 : value.Length); at++, flips++)
                {
                    var write = session.Prepare($"UPDATE {table} SET {column} = ?2 WHERE {order} = ?1").Bind(1, key);
                    var flipped = value.ToArray();
                    if (type != "integer")
                        flipped[at] ^= 0x01;
                    _ = type switch
                    {
                        "integer" => write.Bind(2, number ^ (1L << ((at * 8) + 6))),
                        "text" => write.BindUtf8(2, flipped),
                        _ => write.BindBlob(2, flipped),
                    };
                    Assert.Equal(1, write.Execute());
                    var report = Check(session, head);
                    session.Execute("ROLLBACK TO before");
                    Assert.True(report.Broken is not null, $"{table}.{column} of {key}, byte {at}: not found");
                    // A detail that was moved is missing where it was, or found where it is; an entry's sequence likewise.
                    if (column is not ("sequence" or "part"))
                        Assert.Equal(sequence, report.Broken);
                    else
                        Assert.True(report.Broken <= 7 || report.Broken == (number ^ (1L << ((at * 8) + 6))), report.Problem);
                }

                session.Execute("RELEASE before");
            }

        return flips;
    }

    private static AuditReport Check(SqliteSession session, AuditHead head)
    {
        var check = AuditCheck.RunAsync(new OneSession(session), head, null, CancellationToken.None);
        Assert.True(check.IsCompletedSuccessfully, check.Exception?.ToString());
        return check.GetAwaiter().GetResult();
    }

    /// <summary>Reads what a transaction has changed and not committed.</summary>
    private sealed class OneSession(SqliteSession session) : ISqliteReads
    {
        public ValueTask<TResult> ReadAsync<TState, TResult>(
            TState state, Func<SqliteSession, TState, TResult> read, CancellationToken ct, string member = "", string file = "", int line = 0) => new(read(session, state));
    }
}
