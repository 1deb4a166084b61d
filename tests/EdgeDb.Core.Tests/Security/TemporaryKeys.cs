using EdgeDb.Core.Security;
using EdgeDb.Core.Storage;
using EdgeDb.Core.Tests.Storage;

namespace EdgeDb.Core.Tests.Security;

/// <summary>A data folder of its own with a database of the program's schema and its keys.</summary>
internal sealed class TemporaryKeys : IAsyncDisposable
{
    private readonly TemporaryDatabase _folder = new();

    public string Folder => _folder.Folder;

    public string KeyFolder => Path.Combine(Folder, "keys");

    public string MasterFile => Path.Combine(KeyFolder, MasterKey.FileName);

    public SqliteDatabase Database { get; private set; } = null!;

    public KeyRing Ring { get; private set; } = null!;

    public ManualTimeProvider Time => _folder.Time;

    public static async Task<TemporaryKeys> StartAsync()
    {
        var keys = new TemporaryKeys();
        keys.Database = await keys._folder.OpenAsync([.. Migrations.Embedded()]);
        await keys.ReopenAsync();
        return keys;
    }

    /// <summary>As after a restart: nothing is known but what is stored.</summary>
    public async Task ReopenAsync() =>
        Ring = await KeyRing.OpenAsync(Database, new MasterKey(KeyFolder, credentials: null), Time, CancellationToken.None);

    public ValueTask DisposeAsync() => _folder.DisposeAsync();
}
