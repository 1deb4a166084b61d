using System.Globalization;
using EdgeDb.Core.Backups;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;
using EdgeDb.Core.Tests.Storage;
using Xunit;

namespace EdgeDb.Core.Tests.Backups;

public sealed class BackupDamageTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_flip_of_any_byte_is_found_and_names_the_file_and_where_it_is()
    {
        await using var folder = new TemporaryDatabase();
        var backup = await SmallAsync(folder);
        var backups = folder.Backups();
        var bytes = await File.ReadAllBytesAsync(backup, None);
        for (var at = 0; at < bytes.Length; at++)
        {
            bytes[at] ^= 0x01;
            await File.WriteAllBytesAsync(backup, bytes, None);
            var message = Failure(backups, backup);
            Assert.Contains(backup, message, StringComparison.Ordinal);
            Assert.Contains(at < BackupFormat.HeaderBytes ? "to 88" : $"bytes 89 to {bytes.Length - 1}", message, StringComparison.Ordinal);
            bytes[at] ^= 0x01;
        }

        await File.WriteAllBytesAsync(backup, bytes, None);
        backups.Verify(backup, None);
    }

    [Fact]
    public async Task A_file_that_was_cut_off_anywhere_or_grew_is_found()
    {
        await using var folder = new TemporaryDatabase();
        var backup = await SmallAsync(folder);
        var backups = folder.Backups();
        var bytes = await File.ReadAllBytesAsync(backup, None);
        for (var length = 0; length < bytes.Length; length += 7)
        {
            await File.WriteAllBytesAsync(backup, bytes[..length], None);
            Assert.Contains(backup, Failure(backups, backup), StringComparison.Ordinal);
        }

        await File.WriteAllBytesAsync(backup, [.. bytes, 0], None);
        Assert.Contains(backup, Failure(backups, backup), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chunks_cannot_be_left_out_moved_or_taken_from_another_backup()
    {
        const int Chunk = BackupFormat.ChunkBytes + BackupFormat.TagBytes;
        await using var folder = new TemporaryDatabase();
        await using var database = await folder.OpenAsync();
        var random = new Random(3);
        var noise = new byte[2500];
        for (var i = 0; i < 100; i++)
        {
            random.NextBytes(noise);
            await database.WriteAsync(Convert.ToBase64String(noise), SqliteDatabaseTests.Insert, None);
        }

        var (first, second) = ((await TemporaryDatabase.BackupAsync(database, folder.Time)).Path, (await TemporaryDatabase.BackupAsync(database, folder.Time)).Path);
        var (bytes, other) = (await File.ReadAllBytesAsync(first, None), await File.ReadAllBytesAsync(second, None));
        Assert.True(bytes.Length > BackupFormat.HeaderBytes + (3 * Chunk), "the backup is too small to have three full chunks");
        var backups = folder.Backups();
        (string Where, byte[] Bytes)[] tampered =
        [
            (Range(1), [.. bytes[..Start(1)], .. bytes[Start(2)..]]),
            (Range(0), [.. bytes[..Start(0)], .. bytes[Start(1)..Start(2)], .. bytes[Start(0)..Start(1)], .. bytes[Start(2)..]]),
            (Range(1), [.. bytes[..Start(1)], .. other[Start(1)..Start(2)], .. bytes[Start(2)..]]),
            (Range(1), [.. bytes[..Start(2)]]),
        ];
        foreach (var (where, changed) in tampered)
        {
            await File.WriteAllBytesAsync(first, changed, None);
            Assert.Contains($"bytes {where} ", Failure(backups, first), StringComparison.Ordinal);
        }

        static int Start(int chunk) => BackupFormat.HeaderBytes + (chunk * Chunk);

        static string Range(int chunk) => string.Create(CultureInfo.InvariantCulture, $"{Start(chunk)} to {Start(chunk + 1) - 1}");
    }

    [Fact]
    public async Task Nothing_of_the_database_can_be_read_in_a_backup()
    {
        await using var folder = new TemporaryDatabase();
        var backup = await SmallAsync(folder);
        var bytes = await File.ReadAllBytesAsync(backup, None);
        Assert.Equal(-1, bytes.AsSpan().IndexOf("a row that"u8));
        Assert.Equal(-1, bytes.AsSpan().IndexOf("CREATE TABLE"u8));
        Assert.Equal(-1, bytes.AsSpan().IndexOf("SQLite"u8));
    }

    [Fact]
    public async Task Without_its_master_key_a_backup_does_not_open_and_no_new_key_is_made_beside_it()
    {
        await using var folder = new TemporaryDatabase();
        var backup = await SmallAsync(folder);
        var key = Path.Combine(folder.Folder, "keys", MasterKey.FileName);
        File.Delete(key);
        Assert.Contains(key, Failure(folder.Backups(), backup), StringComparison.Ordinal);
        await using (var database = await folder.OpenAsync())
            Assert.Contains(key, (await Assert.ThrowsAsync<StorageException>(() => database.BackupAsync(None))).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(key));
    }

    private static async Task<string> SmallAsync(TemporaryDatabase folder)
    {
        await using var database = await folder.OpenAsync();
        await database.WriteAsync("a row that nobody else may read", SqliteDatabaseTests.Insert, None);
        return (await database.BackupAsync(None)).Path;
    }

    private static string Failure(BackupFolder backups, string path)
    {
        var failure = Record.Exception(() => backups.Verify(path, None));
        Assert.True(failure is StorageException or SealBrokenException, $"the change was not found, or not as one: {failure}");
        return failure.Message;
    }
}
