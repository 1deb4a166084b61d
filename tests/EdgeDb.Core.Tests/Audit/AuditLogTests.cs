using System.Globalization;
using EdgeDb.Core.Audit;
using EdgeDb.Core.Storage;
using Xunit;

namespace EdgeDb.Core.Tests.Audit;

public sealed class AuditLogTests
{
    [Fact]
    public async Task Entries_of_many_at_once_are_one_chain_without_gaps()
    {
        await using var audit = await TemporaryAudit.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < 25; i++)
            {
                if (i % 2 == 0)
                    await audit.AppendAsync(AuditKind.Write, TemporaryAudit.Ada, null, "events add");
                else
                    audit.Log.Write(AuditKind.Write, TemporaryAudit.Ben, null, "events add");
                if (i % 5 == 0)
                    await audit.Log.FlushAsync(TestContext.Current.CancellationToken);
            }
        })));
        await audit.Log.FlushAsync(TestContext.Current.CancellationToken);
        var report = await audit.CheckAsync();
        Assert.Null(report.Problem);
        Assert.Equal(200, report.Entries);
    }

    [Fact]
    public async Task An_entry_is_undone_with_the_write_it_tells_of_and_leaves_no_gap()
    {
        await using var audit = await TemporaryAudit.StartAsync();
        await audit.FillAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => audit.Database.WriteAsync(
            audit.Log.Record(AuditKind.Write, TemporaryAudit.Ada, null, "events add"),
            static int (session, record) =>
            {
                AuditChain.Append(session, record);
                throw new InvalidOperationException();
            },
            TestContext.Current.CancellationToken));
        await audit.AppendAsync(AuditKind.Write, TemporaryAudit.Ada, null, "events add");
        Assert.Equal(7, (await audit.CheckAsync()).Entries);
        Assert.Null((await audit.CheckAsync()).Problem);
    }

    [Fact]
    public async Task What_comes_within_two_seconds_is_one_commit()
    {
        await using var audit = await TemporaryAudit.StartAsync();
        var before = audit.Database.CommitVersion;
        for (var i = 0; i < 20; i++)
            audit.Log.Write(AuditKind.Write, AuditActor.Anybody, null, "events add");
        Assert.Equal(before, audit.Database.CommitVersion);
        audit.Time.Advance(AuditLog.GatherFor);
        // Joins the write that the timer began.
        await audit.Log.FlushAsync(TestContext.Current.CancellationToken);
        Assert.Equal(before + 1, audit.Database.CommitVersion);
        Assert.Equal(20, (await audit.CheckAsync()).Entries);
    }

    [Fact]
    public async Task A_flood_of_wrong_passwords_is_a_few_entries_and_a_number_and_a_warning()
    {
        await using var audit = await TemporaryAudit.StartAsync();
        await audit.Log.StartAsync("1.0.0", TestContext.Current.CancellationToken);
        for (var i = 0; i < 5000; i++)
        {
            audit.Log.Write(AuditKind.SignInFailed, AuditActor.Somebody("192.168.1.66"), null, "wrong password");
            audit.Log.Events.CountFailure();
        }

        audit.Log.Write(AuditKind.SignIn, TemporaryAudit.Ada, TemporaryAudit.Ada.Owner, "with a password");
        audit.Time.Advance(TimeSpan.FromMinutes(1));
        await audit.Log.FlushAsync(TestContext.Current.CancellationToken);
        var entries = await audit.EntriesAsync();
        Assert.Equal(AuditFlood.MostAMinute + 1, entries.Count(static e => e.Kind == "sign-in-failed"));
        Assert.Contains(entries, static e => e.Kind == "sign-in-failed" && e.What == "4995 more in this minute");
        Assert.Single(entries, static e => e.Kind == "sign-in");
        Assert.StartsWith("many-failures: ", Assert.Single(entries, static e => e.Kind == "warning").What, StringComparison.Ordinal);
        Assert.Equal(1, audit.Log.Events.Count(SecurityEventKind.ManyFailures));
        Assert.Equal(0, audit.Log.Lost);
    }

    [Fact]
    public async Task What_does_not_fit_is_counted_and_the_count_is_an_entry()
    {
        await using var audit = await TemporaryAudit.StartAsync();
        for (var i = 0; i < AuditLog.Capacity + 7; i++)
            audit.Log.Write(AuditKind.Write, AuditActor.Anybody, null, "events add");
        await audit.Log.FlushAsync(TestContext.Current.CancellationToken);
        await audit.Log.FlushAsync(TestContext.Current.CancellationToken);
        var entries = await audit.EntriesAsync();
        Assert.Equal(AuditLog.Capacity + 1, entries.Count);
        Assert.Equal(("lost", "7 entries"), (entries[^1].Kind, entries[^1].What));
    }

    [Fact]
    public async Task Setting_the_clock_is_an_entry_and_the_order_of_boots_stays()
    {
        await using var audit = await TemporaryAudit.StartAsync();
        await audit.Log.StartAsync("1.0.0", TestContext.Current.CancellationToken);
        audit.Time.SetUtcNow(audit.Time.GetUtcNow().AddHours(2));
        audit.Time.Advance(TimeSpan.FromMinutes(1));
        await audit.Log.FlushAsync(TestContext.Current.CancellationToken);
        await audit.ReopenAsync();
        audit.Time.SetUtcNow(audit.Time.GetUtcNow().AddYears(-1));
        await audit.Log.StartAsync("1.0.1", TestContext.Current.CancellationToken);
        await audit.Log.FlushAsync(TestContext.Current.CancellationToken);

        var entries = await audit.EntriesAsync();
        Assert.Equal(["service-start", "clock-jump", "service-start", "clock-jump"], entries.Select(static e => e.Kind));
        Assert.Equal([1L, 1, 2, 2], entries.Select(static e => e.Boot));
        Assert.Equal("ahead by 7200 s", entries[1].What);
        Assert.StartsWith("back by ", entries[3].What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_after_the_newest_entries_were_cut_off_warns()
    {
        await using var audit = await TemporaryAudit.StartAsync();
        await audit.Log.StartAsync("1.0.0", TestContext.Current.CancellationToken);
        await audit.Log.FlushAsync(TestContext.Current.CancellationToken);
        await audit.Log.StopAsync();
        Assert.Null((await audit.Log.CheckAsync(null, TestContext.Current.CancellationToken)).Problem);
        Assert.Equal(2, AuditHead.Noted(audit.Database.Path)!.Sequence);
        await audit.TamperAsync("DELETE FROM audit_detail WHERE sequence = 2");
        await audit.TamperAsync("DELETE FROM audit_entry WHERE sequence = 2");
        Assert.Equal(2, (await audit.Log.CheckAsync(null, TestContext.Current.CancellationToken)).Broken);

        await audit.ReopenAsync();
        await audit.Log.StartAsync("1.0.0", TestContext.Current.CancellationToken);
        await audit.Log.FlushAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, audit.Log.Events.Count(SecurityEventKind.ChainBroken));
        var (warning, isAcknowledged) = Assert.Single(await audit.Log.Events.ListAsync(TestContext.Current.CancellationToken));
        Assert.False(isAcknowledged);
        Assert.StartsWith("chain-broken: ", warning.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_warning_is_open_until_somebody_acknowledges_it()
    {
        await using var audit = await TemporaryAudit.StartAsync();
        audit.Log.Events.Raise(SecurityEventKind.NewDevice, "on a tablet", TemporaryAudit.Ada.Owner);
        audit.Log.Events.Raise(SecurityEventKind.SessionStolen, "of a phone", TemporaryAudit.Ben.Owner);
        await audit.Log.FlushAsync(TestContext.Current.CancellationToken);
        Assert.True(await audit.Log.Events.AcknowledgeAsync(1, TemporaryAudit.Ada, TestContext.Current.CancellationToken));
        Assert.False(await audit.Log.Events.AcknowledgeAsync(1, TemporaryAudit.Ada, TestContext.Current.CancellationToken));
        Assert.False(await audit.Log.Events.AcknowledgeAsync(99, TemporaryAudit.Ada, TestContext.Current.CancellationToken));
        var warnings = await audit.Log.Events.ListAsync(TestContext.Current.CancellationToken);
        Assert.Equal([(2L, false), (1L, true)], warnings.Select(static w => (w.Warning.Sequence, w.IsAcknowledged)));
    }

    [Fact]
    public async Task A_list_is_narrowed_to_a_kind_or_to_whom()
    {
        await using var audit = await TemporaryAudit.StartAsync();
        await audit.FillAsync();
        Assert.Equal([5L, 3], await SequencesAsync("write", null));
        Assert.Equal([4L, 2], await SequencesAsync(null, TemporaryAudit.Ada.Owner));
        Assert.Equal([6L, 1], await SequencesAsync(null, "service"));
        Assert.Empty(await SequencesAsync("write", "console"));

        async Task<IEnumerable<long>> SequencesAsync(string? kind, string? actor) =>
            (await audit.Log.Reader.NewestAsync(long.MaxValue, kind, actor, 100, TestContext.Current.CancellationToken)).Select(static e => e.Sequence);
    }

    [Fact]
    public async Task Entries_of_nobody_need_no_key()
    {
        await using var audit = await TemporaryAudit.StartAsync();
        await audit.Log.StartAsync("1.0.0", TestContext.Current.CancellationToken);
        audit.Log.Write(AuditKind.Write, AuditActor.Anybody, null, "events add");
        await audit.Log.StopAsync();
        Assert.False(audit.Subjects.Exists);
        Assert.Equal("1.0.0", (await audit.EntriesAsync())[0].What);
    }

    [Fact]
    public async Task While_the_keys_of_persons_are_damaged_it_is_told_that_something_happened()
    {
        await using var audit = await TemporaryAudit.StartAsync();
        audit.Subjects.For(TemporaryAudit.Ada.Owner!);
        await File.WriteAllTextAsync(audit.Subjects.Path, "damaged", TestContext.Current.CancellationToken);
        await audit.ReopenAsync();
        audit.Log.Write(AuditKind.SignIn, TemporaryAudit.Ada, TemporaryAudit.Ada.Owner, "with a password");
        await audit.Log.FlushAsync(TestContext.Current.CancellationToken);
        var entry = Assert.Single(await audit.EntriesAsync());
        Assert.Equal(("sign-in", "account", "who and what could not be sealed"), (entry.Kind, entry.Actor, entry.What));
    }

    [Fact]
    public async Task A_kill_between_groups_takes_none_that_was_acknowledged_and_leaves_an_intact_chain()
    {
        await using var folder = new Storage.TemporaryDatabase();
        long acknowledged = 0;
        for (var round = 0; round < 3; round++)
        {
            using var child = ChildProcess.Start(Storage.StorageChild.AuditForever, folder.File);
            for (var i = 0; i < 5; i++)
                acknowledged = long.Parse((await child.ReadLineAsync())!, CultureInfo.InvariantCulture);
            acknowledged = (await child.KillAsync()).Select(static line => long.Parse(line, CultureInfo.InvariantCulture)).Append(acknowledged).Max();
        }

        var database = await folder.OpenAsync([.. Migrations.Embedded()]);
        var report = await AuditCheck.RunAsync(database, null, null, TestContext.Current.CancellationToken);
        Assert.Null(report.Problem);
        Assert.InRange(report.Entries, acknowledged, long.MaxValue);
    }
}
