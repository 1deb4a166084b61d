using System.Text;
using EdgeDb.Core.Audit;
using Microsoft.Data.Sqlite;
using Xunit;

namespace EdgeDb.Core.Tests.Audit;

public sealed class AuditErasureTests
{
    [Fact]
    public async Task An_erased_person_is_found_nowhere_and_the_chain_is_intact()
    {
        await using var audit = await TemporaryAudit.StartAsync();
        await audit.FillAsync();
        var value = await DetailAsync(audit);
        audit.Log.Write(AuditKind.SignOut, TemporaryAudit.Ada, TemporaryAudit.Ada.Owner, "on the tablet");
        Assert.Equal(5, await audit.Log.EraseAsync(TemporaryAudit.Ada.Owner!, AuditActor.Console, TestContext.Current.CancellationToken));

        var report = await audit.CheckAsync();
        Assert.Null(report.Problem);
        Assert.Equal(5, report.Erased);
        var entries = await audit.EntriesAsync();
        Assert.Equal([false, true, false, true, false, false, true, false], entries.Select(static e => e.IsErased));
        Assert.Equal("of the phone", entries[3].What);
        Assert.Contains("Ben Britten", entries[4].Who, StringComparison.Ordinal);
        Assert.Null(audit.Subjects.Find(TemporaryAudit.Ada.Owner!));

        var path = audit.Database.Path;
        await audit.CloseAsync();
        await using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var vacuum = connection.CreateCommand();
            vacuum.CommandText = "VACUUM; PRAGMA wal_checkpoint(TRUNCATE)";
            await vacuum.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(path)!, "*", SearchOption.AllDirectories))
        {
            var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            Assert.Equal(-1, bytes.AsSpan().IndexOf("Lovelace"u8));
            Assert.Equal(-1, bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(TemporaryAudit.Ada.Owner!)));
            Assert.Equal(-1, bytes.AsSpan().IndexOf(value));
        }
    }

    [Fact]
    public async Task Names_and_ids_of_persons_lie_in_the_file_only_sealed()
    {
        await using var audit = await TemporaryAudit.StartAsync();
        await audit.FillAsync();
        Assert.Contains("Ada Lovelace", (await audit.EntriesAsync())[1].Who, StringComparison.Ordinal);
        await audit.CloseAsync();
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(audit.Database.Path)!, "*", SearchOption.AllDirectories))
            Assert.Equal(-1, (await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)).AsSpan().IndexOf("Lovelace"u8));
    }

    [Fact]
    public async Task More_details_missing_than_were_erased_are_found()
    {
        await using var audit = await TemporaryAudit.StartAsync();
        await audit.FillAsync();
        await audit.Log.EraseAsync(TemporaryAudit.Ada.Owner!, AuditActor.Console, TestContext.Current.CancellationToken);
        Assert.Null((await audit.CheckAsync()).Problem);
        await audit.TamperAsync("DELETE FROM audit_detail WHERE sequence = 5 AND part = 1");
        Assert.NotNull((await audit.CheckAsync()).Problem);
    }

    [Fact]
    public async Task Who_comes_back_has_a_new_key_and_what_was_erased_stays_so()
    {
        await using var audit = await TemporaryAudit.StartAsync();
        await audit.AppendAsync(AuditKind.SignIn, TemporaryAudit.Ada, TemporaryAudit.Ada.Owner, "first");
        // As in a copy that was restored: the details are there, and their key is not.
        audit.Subjects.Destroy(TemporaryAudit.Ada.Owner!);
        await audit.AppendAsync(AuditKind.SignIn, TemporaryAudit.Ada, TemporaryAudit.Ada.Owner, "second");
        var entries = await audit.EntriesAsync();
        Assert.Equal([null, "second"], entries.Select(static e => e.What));
        Assert.Null((await audit.CheckAsync()).Problem);
    }

    private static ValueTask<byte[]> DetailAsync(TemporaryAudit audit) => audit.Database.ReadAsync(
        0,
        static (session, _) =>
        {
            var row = session.Prepare("SELECT value FROM audit_detail WHERE sequence = 2 AND part = 1");
            row.Step();
            return row.Blob(0).ToArray();
        },
        TestContext.Current.CancellationToken);
}
