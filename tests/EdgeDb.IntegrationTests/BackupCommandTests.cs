using EdgeDb.Tests;
using Xunit;

namespace EdgeDb.IntegrationTests;

/// <summary>Backups and keys as a person at the machine uses them.</summary>
public sealed class BackupCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Data => Path.Combine(_folder.Path, "data");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task With_the_backups_and_the_recovery_key_a_household_comes_back_elsewhere()
    {
        await FillAsync();
        var before = (await DoneAsync("export", "--data", Data)).Output;
        var recovery = (await DoneAsync("backup", "recovery-key", "--data", Data)).Output;
        var backup = await BackUpAsync();
        Assert.Contains(backup, (await DoneAsync("backup", "list", "--data", Data)).Output, StringComparison.Ordinal);

        // All that is left of the card.
        var rescued = Path.Combine(_folder.Path, "rescued", Path.GetFileName(backup));
        Directory.CreateDirectory(Path.GetDirectoryName(rescued)!);
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(backup)!))
            File.Copy(file, Path.Combine(Path.GetDirectoryName(rescued)!, Path.GetFileName(file)));
        Directory.Delete(Data, recursive: true);
        var elsewhere = Path.Combine(_folder.Path, "elsewhere");

        var wrong = await ServiceProcess.RunAsync(["backup", "restore", rescued, "--to", elsewhere, "--recovery-key"], "0000-0000-0000-0000-0000-0000-0000-0000\n");
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("keys.sealed does not open", wrong.Errors, StringComparison.Ordinal);
        var restored = await ServiceProcess.RunAsync(["backup", "restore", rescued, "--to", elsewhere, "--recovery-key"], recovery.ToLowerInvariant());
        Assert.True(restored.ExitCode == 0, restored.Errors);
        Assert.Equal(before, (await DoneAsync("export", "--data", elsewhere)).Output);
        // With its keys, so that it can be backed up and rotated in turn.
        await DoneAsync("backup", "now", "--data", elsewhere);
        await DoneAsync("keys", "rotate", "--data", elsewhere);
    }

    [Fact]
    public async Task A_recovery_key_is_shown_once()
    {
        await FillAsync();
        var first = await DoneAsync("backup", "recovery-key", "--data", Data);
        var again = await ServiceProcess.RunAsync(["backup", "recovery-key", "--data", Data]);
        Assert.Equal(2, again.ExitCode);
        Assert.DoesNotContain(first.Output.Trim(), again.Output + again.Errors, StringComparison.Ordinal);
        Assert.NotEqual(first.Output, (await DoneAsync("backup", "recovery-key", "--new", "--data", Data)).Output);
    }

    [Fact]
    public async Task A_damaged_backup_is_named_and_nothing_is_restored_from_it()
    {
        await FillAsync();
        var backup = await BackUpAsync();
        await DoneAsync("backup", "verify", backup, "--data", Data);
        await DoneAsync("backup", "drill", "--data", Data);
        var bytes = await File.ReadAllBytesAsync(backup, TestContext.Current.CancellationToken);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(backup, bytes, TestContext.Current.CancellationToken);

        var elsewhere = Path.Combine(_folder.Path, "elsewhere");
        foreach (var command in (string[][])[["verify", backup], ["restore", backup, "--to", elsewhere], ["drill"]])
        {
            var (exit, _, errors) = await ServiceProcess.RunAsync(["backup", .. command, "--data", Data]);
            Assert.Equal(1, exit);
            Assert.Contains($"{backup} is damaged", errors, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(Path.Combine(elsewhere, "edgedb.db")));
    }

    [Fact]
    public async Task Keys_are_rotated_while_the_service_is_stopped_and_the_backups_of_before_still_open()
    {
        await FillAsync();
        var backup = await BackUpAsync();
        await DoneAsync("keys", "rotate", "--data", Data);
        await DoneAsync("backup", "verify", backup, "--data", Data);
    }

    [Fact]
    public async Task Wrong_calls_say_what_is_right()
    {
        await FillAsync();
        foreach (var (call, word) in ((string[], string)[])
            [
                (["backup"], "recovery-key"), (["backup", "sometimes"], "recovery-key"), (["backup", "verify"], "name the file"), (["backup", "restore", "x"], "--to"),
                (["backup", "restore", "x", "--to", Data], "holds a household already"), (["backup", "drill"], "no backup yet"), (["keys"], "rotate"),
            ])
        {
            var (exit, _, errors) = await ServiceProcess.RunAsync([.. call, .. call is [_, _, ..] ? (string[])["--data", Data] : []]);
            Assert.Equal(2, exit);
            Assert.Contains(word, errors, StringComparison.Ordinal);
        }
    }

    private async Task FillAsync()
    {
        var file = _folder.File("school.ics");
        await File.WriteAllTextAsync(
            file, FeedText.Calendar("BEGIN:VEVENT\r\nUID:maths\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260105T080000Z\r\nDURATION:PT45M\r\nSUMMARY:Maths\r\nEND:VEVENT\r\n"), TestContext.Current.CancellationToken);
        await DoneAsync("import", file, "--data", Data);
    }

    private async Task<string> BackUpAsync()
    {
        await DoneAsync("backup", "now", "--data", Data);
        return Assert.Single(Directory.GetFiles(Path.Combine(Data, "backups"), "*.backup"));
    }

    private static async Task<(int ExitCode, string Output, string Errors)> DoneAsync(params string[] arguments)
    {
        var result = await ServiceProcess.RunAsync(arguments);
        Assert.True(result.ExitCode == 0, $"{string.Join(' ', arguments)}: {result.Errors}{result.Output}");
        return result;
    }
}
