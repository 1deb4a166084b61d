using System.Globalization;
using EdgeDb.Core.Audit;
using EdgeDb.Core.Backups;
using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeDb.Core.Tests.Storage;

/// <summary>What the child process does. Prints a line for each acknowledged write, so that the parent knows what must be there.</summary>
internal static class StorageChild
{
    /// <summary>Eight callers write until the process is killed. Prints the id of each row once its write is acknowledged.</summary>
    public const string WriteForever = "write";

    /// <summary>Adds to an audit log until the process is killed. Prints the sequence of the newest entry after each group.</summary>
    public const string AuditForever = "audit";

    /// <summary>Opens the database, prints "ready" and keeps it until the input ends.</summary>
    public const string Hold = "hold";

    /// <summary>Writes one row after the other, through failures, and prints "acknowledged ID" or "failed KIND" for each of 30.</summary>
    public const string WriteThirty = "thirty";

    /// <summary>Takes one backup after the other while a caller writes, and prints the path of each.</summary>
    public const string BackUpForever = "backup";

    /// <summary>Opens everything that knows of keys, then seals a value, and prints after each whether a cryptographic library is loaded.</summary>
    public const string LoadKeys = "keys";

    public static async Task<int> RunAsync(string mode, string path)
    {
        // A small log, so that kills also hit checkpoints.
        var master = new MasterKey(Path.Combine(Path.GetDirectoryName(path)!, MasterKey.FolderName), credentials: null);
        var options = new SqliteDatabaseOptions
        {
            Path = path,
            CheckpointWalKiB = 64,
            CheckpointIdle = TimeSpan.FromMilliseconds(10),
            Copies = new BackupFolder(new() { Database = path }, master, new SubjectKeys(master), TimeProvider.System, NullLogger.Instance),
        };
        try
        {
            await using var database = await SqliteDatabase.OpenAsync(
                options, mode is AuditForever or LoadKeys ? Migrations.Embedded() : [TemporaryDatabase.Rows], TimeProvider.System, NullLogger.Instance, CancellationToken.None);
            await using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
            switch (mode)
            {
                case WriteForever:
                    await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => WriteForeverAsync(database, output)));
                    return 0;
                case AuditForever:
                    await AuditForeverAsync(database, output);
                    return 0;
                case WriteThirty:
                    await WriteThirtyAsync(database, output);
                    return 0;
                case LoadKeys:
                    await LoadKeysAsync(database, master, output);
                    return 0;
                case BackUpForever:
                    // A failure of one ends the process, and the parent does not wait for lines that never come.
                    await await Task.WhenAny(WriteForeverAsync(database, TextWriter.Null), BackUpForeverAsync(database, output));
                    return 0;
                default:
                    await output.WriteLineAsync("ready");
                    await Console.In.ReadLineAsync();
                    return 0;
            }
        }
        catch (StorageException refused)
        {
            Console.WriteLine(refused.Message);
            return 3;
        }
    }

    private static async Task WriteForeverAsync(SqliteDatabase database, TextWriter output)
    {
        while (true)
        {
            var id = await database.WriteAsync(Guid.NewGuid().ToString("N") + new string('x', 600), SqliteDatabaseTests.Insert, CancellationToken.None);
            lock (output)
                output.WriteLine(id.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static async Task AuditForeverAsync(SqliteDatabase database, StreamWriter output)
    {
        var subjects = new SubjectKeys(new MasterKey(Path.Combine(Path.GetDirectoryName(database.Path)!, "keys"), credentials: null));
        await using var log = new AuditLog(database, subjects, TimeProvider.System, NullLogger.Instance);
        await log.StartAsync("1.0.0", CancellationToken.None);
        while (true)
        {
            for (var i = 0; i < 20; i++)
                log.Write(AuditKind.Write, AuditActor.Account("0aaa", "Ada", "192.168.1.20"), null, "events add");
            await log.FlushAsync(CancellationToken.None);
            var newest = await log.Reader.NewestAsync(long.MaxValue, null, null, 1, CancellationToken.None);
            await output.WriteLineAsync(newest[0].Sequence.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static async Task LoadKeysAsync(SqliteDatabase database, MasterKey master, StreamWriter output)
    {
        var ring = await KeyRing.OpenAsync(database, master, TimeProvider.System, CancellationToken.None);
        var rotation = new KeyRotation(ring, database, TimeSpan.Zero, TimeProvider.System, NullLogger.Instance);
        await output.WriteLineAsync($"opened {rotation.IsUnderWay} {database.Backups.Count} {Loads()}");
        await ring.ReadyAsync(KeyPurpose.Secret, CancellationToken.None);
        await output.WriteLineAsync($"sealed {Loads()}");

        static bool Loads() => File.ReadLines("/proc/self/maps").Any(static line => line.Contains("libcrypto", StringComparison.Ordinal) || line.Contains("libssl", StringComparison.Ordinal));
    }

    private static async Task BackUpForeverAsync(SqliteDatabase database, StreamWriter output)
    {
        while (true)
            await output.WriteLineAsync((await database.BackupAsync(CancellationToken.None)).Path);
    }

    private static async Task WriteThirtyAsync(SqliteDatabase database, StreamWriter output)
    {
        for (var i = 0; i < 30; i++)
        {
            try
            {
                var id = await database.WriteAsync($"{i} {new string('x', 600)}", SqliteDatabaseTests.Insert, CancellationToken.None);
                await output.WriteLineAsync($"acknowledged {id}");
            }
            catch (StorageException failure)
            {
                await output.WriteLineAsync($"failed {failure.Failure}");
            }
        }
    }
}
