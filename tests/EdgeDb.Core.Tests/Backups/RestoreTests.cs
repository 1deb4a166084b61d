using System.Globalization;
using System.Text;
using EdgeDb.Core.Access;
using EdgeDb.Core.Backups;
using EdgeDb.Core.Household;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;
using EdgeDb.Core.Tests.Storage;
using Microsoft.Data.Sqlite;
using Xunit;

namespace EdgeDb.Core.Tests.Backups;

public sealed class RestoreTests : IAsyncDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly TemporaryDatabase _folder = new();

    private string Restored => Path.Combine(_folder.Folder, "restored", "edgedb.db");

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task A_household_comes_back_as_it_was_when_the_backup_was_taken()
    {
        var (database, household) = await FilledAsync();
        var before = await DumpAsync(_folder.File);
        var backup = await TemporaryDatabase.BackupAsync(database, _folder.Time);
        await household.Store.AddCalendarAsync("Later", null, null, null, Actor.Everything, None);

        var result = Restore(backup);

        Assert.Equal(0, result.Summary.RowsLeftOut);
        Assert.Equal(before, await DumpAsync(Restored));
        AssertClean();
        // As a database that is served, too.
        await using var opened = await SqliteDatabase.OpenAsync(new() { Path = Restored }, Migrations.Embedded(), _folder.Time, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, None);
        Assert.Equal(database.SchemaVersion, opened.SchemaVersion);
    }

    [Fact]
    public async Task Every_kind_of_value_comes_back_as_it_was()
    {
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync(new Migration(1, "values", "CREATE TABLE value (id INTEGER PRIMARY KEY, any ANY) STRICT; CREATE INDEX \"a \"\" name\" ON value (any);"));
        await database.WriteAsync(0, static (session, _) =>
        {
            Add(session).Bind(1, long.MinValue).Execute();
            Add(session).Bind(1, long.MaxValue).Execute();
            Add(session).Bind(1, -0.0).Execute();
            Add(session).Bind(1, double.Epsilon).Execute();
            Add(session).Bind(1, "").Execute();
            Add(session).Bind(1, "ü 🙂 \0 after a NUL").Execute();
            Add(session).BindBlob(1, []).Execute();
            Add(session).BindBlob(1, [0, 255]).Execute();
            Add(session).BindNull(1).Execute();
            Add(session).Bind(1, new string('x', 300_000)).Execute();
            return 0;

            static SqliteStatement Add(SqliteSession session) => session.Prepare("INSERT INTO value (any) VALUES (?1)");
        }, None);
        var backup = await TemporaryDatabase.BackupAsync(database, folder.Time);
        var restored = Path.Combine(folder.Folder, "restored.db");
        Assert.Null(folder.Backups().Restore(backup, restored));
        Assert.Equal(await DumpAsync(folder.File), await DumpAsync(restored));
    }

    [Fact]
    public async Task Who_is_erased_is_in_no_restored_backup_and_everybody_else_is_whole()
    {
        var (database, household) = await FilledAsync();
        var ada = (await household.Store.MembersAsync(None)).Single(static member => member.Name == "Ada Erased");
        var backup = await TemporaryDatabase.BackupAsync(database, _folder.Time);
        var subjects = new SubjectKeys(_folder.Master);
        Assert.True(subjects.Destroy(ada.Id));

        var result = Restore(backup);

        Assert.True(result.Summary.RowsLeftOut > 0);
        AssertClean();
        var bytes = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(Restored, None));
        Assert.DoesNotContain("Ada Erased", bytes, StringComparison.Ordinal);
        Assert.DoesNotContain("Ada's secret", bytes, StringComparison.Ordinal);
        Assert.DoesNotContain(ada.Id, bytes, StringComparison.Ordinal);
        Assert.DoesNotContain("account-of-ada", bytes, StringComparison.Ordinal);
        Assert.Contains("Everybody's picnic", bytes, StringComparison.Ordinal);
        Assert.Contains("Ben's training", bytes, StringComparison.Ordinal);
        // The copy of the picnic that was shown was in her calendar: another one steps forward.
        await using var connection = new SqliteConnection($"Data Source={Restored};Pooling=False;Mode=ReadOnly");
        await connection.OpenAsync(None);
        await using var shown = connection.CreateCommand();
        shown.CommandText = "SELECT count(*) FROM occurrence o JOIN event e ON e.key = o.event_key WHERE e.uid = 'picnic' AND o.hidden = 0";
        Assert.Equal(1L, await shown.ExecuteScalarAsync(None));
        shown.CommandText = "SELECT group_concat(e.uid || ' ' || m.name) FROM event_member n JOIN event e ON e.key = n.event_key JOIN member m ON m.id = n.member_id";
        Assert.Equal("dinner Ben", await shown.ExecuteScalarAsync(None));
    }

    [Fact]
    public async Task Without_the_file_of_persons_keys_nothing_is_restored_as_if_all_were_erased()
    {
        var (database, _) = await FilledAsync();
        var backup = await TemporaryDatabase.BackupAsync(database, _folder.Time);
        var file = Path.Combine(_folder.Folder, MasterKey.FolderName, SubjectKeys.FileName);
        File.Delete(file);
        Assert.Contains(file, Assert.Throws<SealBrokenException>(() => Restore(backup)).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(Restored)!));
    }

    [Fact]
    public async Task A_restore_that_fails_leaves_what_lies_at_its_target()
    {
        var (database, _) = await FilledAsync();
        var backup = await TemporaryDatabase.BackupAsync(database, _folder.Time);
        Restore(backup);
        var before = await File.ReadAllBytesAsync(Restored, None);
        var bytes = await File.ReadAllBytesAsync(backup.Path, None);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(backup.Path, bytes, None);
        Assert.Throws<StorageException>(() => Restore(backup));
        Assert.Equal(before, await File.ReadAllBytesAsync(Restored, None));
        Assert.Equal([Restored], Directory.GetFiles(Path.GetDirectoryName(Restored)!));
    }

    [Fact]
    public async Task Every_table_that_refers_to_persons_or_calendars_says_whose_its_rows_are()
    {
        await using var database = await _folder.OpenAsync([.. Migrations.Embedded()]);
        var references = await database.ReadAsync(
            0,
            static (session, _) =>
            {
                var found = new List<(string Table, string Parent)>();
                var rows = session.Prepare("SELECT s.name, f.\"table\" FROM sqlite_schema s, pragma_foreign_key_list(s.name) f WHERE s.type = 'table' AND f.on_delete <> 'SET NULL'");
                while (rows.Step())
                    found.Add((rows.Text(0)!, rows.Text(1)!));
                return found;
            },
            None);
        var registered = SubjectRows.All.Select(static rows => rows.Table).ToHashSet(StringComparer.Ordinal);
        Assert.All(references.Where(reference => registered.Contains(reference.Parent)), reference => Assert.Contains(reference.Table, registered));
    }

    private async Task<(SqliteDatabase Database, HouseholdServices Household)> FilledAsync()
    {
        var database = await _folder.OpenAsync([.. Migrations.Embedded()]);
        var household = await _folder.HouseholdAsync(database);
        await household.Store.InitializeAsync("Europe/Berlin", None);
        await household.Window.MoveAsync(None);
        var ada = (await household.Store.AddMemberAsync("Ada Erased", null, None)).Id;
        var ben = (await household.Store.AddMemberAsync("Ben", null, None)).Id;
        var hers = (await household.Store.AddCalendarAsync("Ada's", null, [ada], null, Actor.Everything, None)).Id;
        var his = (await household.Store.AddCalendarAsync("Ben's", null, [ben], null, Actor.Everything, None)).Id;
        var ours = (await household.Store.AddCalendarAsync("Ours", null, [ada, ben], null, Actor.Everything, None)).Id;
        await household.Import.ImportAsync(hers, Calendar(Event("secret", "Ada's secret", "RRULE:FREQ=DAILY\r\n"), Event("picnic", "Everybody's picnic", "SEQUENCE:2\r\n")), Actor.Everything, None);
        await household.Import.ImportAsync(his, Calendar(Event("training", "Ben's training", "RRULE:FREQ=WEEKLY\r\n"), Event("picnic", "Everybody's picnic", "SEQUENCE:1\r\n")), Actor.Everything, None);
        await household.Import.ImportAsync(ours, Calendar(Event("dinner", "Dinner", "RRULE:FREQ=MONTHLY\r\n")), Actor.Everything, None);
        await household.Feeds.AddAsync(FeedAddress.Parse("https://example.org/ada/secret.ics", "address", allowFile: false), "Ada's feed", null, [ada], null, Actor.Everything, None);
        await database.WriteAsync((ada, ben), static (session, members) =>
        {
            var (ada, ben) = members;
            // Each is named in the other's calendar, and both in theirs.
            foreach (var (uid, member) in new[] { ("secret", ben), ("training", ada), ("dinner", ada), ("dinner", ben) })
                session.Prepare("INSERT INTO event_member (event_key, component, member_id) SELECT key, '', ?2 FROM event WHERE uid = ?1").Bind(1, uid).Bind(2, member).Execute();
            session.Prepare("INSERT INTO account (id, member_id, role, name, name_key, created_at) VALUES ('account-of-ada', ?1, 'adult', 'Ada Erased', 'ADA', 0)").Bind(1, ada).Execute();
            session.Execute("INSERT INTO recovery_code (account_id, hash) VALUES ('account-of-ada', x'01')");
            session.Execute("INSERT INTO session (id, account_id, series, hash, agent, created_at, renewed_at, seen_at) VALUES ('s', 'account-of-ada', x'01', x'01', 'phone of Ada Erased', 0, 0, 0)");
            session.Execute("INSERT INTO api_token (id, account_id, name, hash, scopes, created_at) VALUES ('t', 'account-of-ada', 'Ada Erased', x'01', '', 0)");
            session.Execute("INSERT INTO device (id, name, approved_by, created_at) VALUES ('d', 'Hall', 'account-of-ada', 0)");
            return session.Prepare("INSERT INTO event_trash (id, calendar_id, uid, ics, deleted_at, members) VALUES ('e', 'gone', 'u', 'SUMMARY:Ada''s secret', 0, ?1)").Bind(1, ada).Execute();
        }, None);
        return (database, household);
    }

    private RestoreResult Restore(BackupFile backup)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Restored)!);
        return _folder.Backups().Restore(backup.Path, Restored, None);
    }

    private void AssertClean()
    {
        var report = DatabaseCheck.Run(Restored, Migrations.Embedded(), OrphanQueries.All, None);
        Assert.True(report.ExitCode == 0, string.Join('\n', report.Lines));
    }

    private static MemoryStream Calendar(params string[] events) => new(Encoding.UTF8.GetBytes($"BEGIN:VCALENDAR\r\n{string.Concat(events)}END:VCALENDAR\r\n"));

    private static string Event(string uid, string summary, string more) =>
        $"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260302T090000Z\r\nDURATION:PT1H\r\nSUMMARY:{summary}\r\n{more}END:VEVENT\r\n";

    /// <summary>Schema and rows as text, in the order of their content, by nothing of what backs up or restores.</summary>
    private static async Task<string> DumpAsync(string file)
    {
        await using var connection = new SqliteConnection($"Data Source={file};Pooling=False;Mode=ReadOnly");
        await connection.OpenAsync(None);
        var dump = new StringBuilder();
        var tables = new List<string>();
        foreach (var row in await RowsAsync(connection, "SELECT type, name, sql FROM sqlite_schema ORDER BY type, name"))
        {
            dump.AppendLine(row);
            if (row.StartsWith("'table'", StringComparison.Ordinal))
                tables.Add(row.Split('|')[1].Trim('\''));
        }

        foreach (var pragma in new[] { "user_version", "application_id" })
            dump.Append(pragma).AppendLine((await RowsAsync(connection, $"PRAGMA {pragma}"))[0]);
        foreach (var table in tables)
        {
            dump.AppendLine(table);
            foreach (var row in (await RowsAsync(connection, $"SELECT * FROM \"{table}\"")).Order(StringComparer.Ordinal))
                dump.AppendLine(row);
        }

        return dump.ToString();
    }

    private static async Task<List<string>> RowsAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(None);
        var rows = new List<string>();
        while (await reader.ReadAsync(None))
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => Text(reader.GetValue(i)))));
        return rows;
    }

    private static string Text(object value) => value switch
    {
        byte[] bytes => "x" + Convert.ToHexString(bytes),
        string text => $"'{text}'",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        DBNull => "NULL",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
