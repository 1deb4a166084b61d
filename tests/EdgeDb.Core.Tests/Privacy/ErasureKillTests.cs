using System.Diagnostics;
using System.Text;
using EdgeDb.Core.Access;
using EdgeDb.Core.Audit;
using EdgeDb.Core.Household;
using EdgeDb.Core.Security;
using EdgeDb.Core.Tests.Storage;
using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.Core.Tests.Privacy;

/// <summary>
/// An erasure that is killed behind each of its steps: behind every commit, every change of the file of keys, and every step in between. What a kill leaves is a copy of the folder of that moment, with its
/// write-ahead log.
/// </summary>
public sealed class ErasureKillTests
{
    private const string Name = "Zanzibarquark";
    private const string Login = "quokkalogin";
    private const string Mail = "vexwaltz@jumbled.example";

    private static readonly string[] Own = ["hexagondiary", "fjordmelody", "nymphdeleted", "wolframtask", "jackdawnotice", "glyphlist"];
    private static readonly Needles Theirs = new([Name, Login, Mail, .. Own]);
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_kill_behind_any_step_leaves_an_erasure_that_the_next_start_finishes(bool isNamedByOthers)
    {
        await using var folder = new TemporaryDatabase();
        using var moments = new TemporaryFolder();
        var (count, isBegun) = (0, false);
        string person, recovery;
        await using (var opened = await OpenedHousehold.OpenAsync(folder, () => _ = isBegun && Copy(folder.Folder, moments.File($"{++count}"))))
        {
            (person, recovery) = await FillAsync(opened, isNamedByOthers);
            // It can fail: all of this is there before.
            Assert.Equal(isNamedByOthers ? Own.Length + 3 : Own.Length + 2, Found(folder.Folder).Select(static found => found[(found.IndexOf(':', StringComparison.Ordinal) + 2)..]).Distinct().Count());
            isBegun = true;
            await opened.BeginErasureAsync(person, Mail);
            await opened.Erasure.FinishAsync(isWhole: true, None);
            isBegun = false;
            Assert.Equal(isNamedByOthers ? 1 : 2, opened.Backups.List().Count);
        }

        Assert.Empty(Found(folder.Folder));
        // Five stores twice, three steps behind the first round of them, two behind the second, and the commits.
        Assert.True(count > 20, $"{count} moments were kept");
        for (var moment = 1; moment <= count; moment++)
        {
            await using var killed = new TemporaryDatabase();
            Copy(moments.File($"{moment}"), killed.Folder);
            await using (var next = await OpenedHousehold.OpenAsync(killed))
            {
                // What is left is never without the row that goes on with it; behind the last commit nothing is left.
                var pending = await next.Erasure.PendingAsync(None);
                Assert.True(moment == count ? pending.Count == 0 : pending.Count == 1 && pending[0].Person == person, $"moment {moment} of {count}: {pending.Count} go on");
                // As one that was to take the place of those before, which are still there.
                if (isNamedByOthers)
                    await next.Backups.CreateAsync(None);
                await next.Erasure.FinishAsync(isWhole: true, None);

                Assert.Empty(await next.Erasure.PendingAsync(None));
                Assert.Null((await AuditCheck.RunAsync(next.Database, null, null, None)).Problem);
                Assert.Equal(["Shared breakfast", "Shared swim"], await EventsAsync(next));
            }

            Assert.True(Found(killed.Folder) is [], $"moment {moment} of {count}: {string.Join(", ", Found(killed.Folder))}");
            RestoreAll(killed, recovery, person, $"moment {moment} of {count}");
        }
    }

    /// <summary>With the keys of paper too: neither those here nor those beside the backups bring anything back.</summary>
    private static void RestoreAll(TemporaryDatabase folder, string recovery, string person, string moment)
    {
        using var restored = new TemporaryFolder();
        var keys = restored.File(MasterKey.FolderName);
        KeyCopy.Restore(Path.Combine(folder.Folder, "backups", KeyCopy.FileName), RecoveryKey.Parse(recovery), keys);
        Assert.True(new SubjectKeys(new MasterKey(keys, credentials: null)).Find(person) is null, $"{moment}: the key is in the copy of the keys");
        Assert.Null(new SubjectKeys(folder.Master).Find(person));
        foreach (var backup in folder.Backups().List())
        {
            var file = restored.File(Path.GetFileName(backup.Path) + ".db");
            Assert.Null(folder.Backups().Restore(backup, file));
        }

        Assert.True(Found(restored.Path) is [], $"{moment}, restored: {string.Join(", ", Found(restored.Path))}");
    }

    private static async Task<(string Person, string Recovery)> FillAsync(OpenedHousehold opened, bool isNamedByOthers)
    {
        var (store, events, tasks) = (opened.Household.Store, opened.Household.Import, opened.Household.Tasks);
        await store.InitializeAsync("Europe/Berlin", None);
        await opened.Household.Window.MoveAsync(None);
        var ada = (await store.AddMemberAsync("Ada", null, None)).Id;
        var person = (await store.AddMemberAsync(Name, null, None)).Id;
        await opened.Accounts.Accounts.AddAsync("Ada", Role.Owner, ada, null, null, claims: true, None);
        var account = await opened.Accounts.Accounts.AddAsync(Login, Role.Adult, person, null, null, claims: false, None);
        await opened.Accounts.Sessions.StartAsync(account, "a browser", null, None);
        opened.Audit.Write(AuditKind.SignIn, AuditActor.Account(person, Login, "192.168.1.20"), person, "with a password");
        await opened.Audit.FlushAsync(None);

        var diary = (await store.AddCalendarAsync(Own[0], null, [person], "private", Actor.Everything, None)).Id;
        // So many that rows move between pages, which leaves their bytes in the gaps.
        await ImportAsync(diary, Event("b", Own[2]) + string.Concat(Enumerable.Range(0, 40).Select(static i => Event($"a{i}", Own[1] + new string('x', 40 * i)))));
        var deleted = (await opened.Household.Events.ListAsync(Sight.Everything, [diary], null, null, 10, None)).Single(static e => Encoding.UTF8.GetString(e.Source).Contains(Own[2], StringComparison.Ordinal));
        await opened.Household.Events.DeleteAsync(deleted.Id, null, Actor.Everything, null, None);
        var family = (await store.AddCalendarAsync("Family", null, [ada, person], null, Actor.Everything, None)).Id;
        await ImportAsync(
            family,
            Event("c", "Shared breakfast", isNamedByOthers ? $"ORGANIZER;CN={Name}:mailto:{Mail}\r\n" : "")
            + Event("d", "Shared swim", isNamedByOthers ? $"BEGIN:VALARM\r\nACTION:EMAIL\r\nTRIGGER:-PT5M\r\nSUMMARY:Swim\r\nDESCRIPTION:Swim\r\nATTENDEE:mailto:{Mail}\r\nEND:VALARM\r\n" : ""));
        var list = (await store.AddListAsync(Own[5], null, [person], null, Actor.Everything, None)).Id;
        await tasks.AddAsync(list, TaskDraft.Check(Own[3], null, null, false, null, null, 0, [], false), person, null, Actor.Everything, None);
        await opened.Household.Notices.AddAsync(Own[4], null, null, new(Sight.Of(Role.Adult, person), OwnOnly: false), None);
        var recovery = opened.Backups.Keys.MakeRecoveryKey();
        for (var i = 0; i < 2; i++)
            await opened.Backups.CreateAsync(None);
        return (person, recovery);

        Task ImportAsync(string calendar, string text) =>
            events.ImportAsync(calendar, new MemoryStream(Encoding.UTF8.GetBytes($"BEGIN:VCALENDAR\r\n{text}END:VCALENDAR\r\n")), Actor.Everything, None);

        static string Event(string uid, string summary, string line = "") => $"BEGIN:VEVENT\r\nUID:{uid}\r\nSUMMARY:{summary}\r\nDTSTART:20260305T090000Z\r\n{line}END:VEVENT\r\n";
    }

    private static async Task<IEnumerable<string>> EventsAsync(OpenedHousehold opened) =>
        (await opened.Household.Events.ListAsync(Sight.Everything, [], null, null, 10, None)).Select(static e => EventSource.Read(e.Source).Event.Summary!);

    private static IReadOnlyList<string> Found(string folder) => Theirs.InFolder(folder);

    // By another program: a file of SQLite that this process opens and closes once more loses its locks.
    private static bool Copy(string folder, string to)
    {
        using var copying = Process.Start("cp", ["-r", folder + "/.", to]);
        copying.WaitForExit();
        return copying.ExitCode == 0 ? true : throw new IOException($"{folder} could not be copied.");
    }
}
