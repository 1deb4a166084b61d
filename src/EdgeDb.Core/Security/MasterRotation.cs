using System.Security.Cryptography;
using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Security;

/// <summary>
/// Replaces the master key of a household that nobody else uses meanwhile. The new one lies beside the old one first; then everything that the old one sealed is sealed anew; then it is
/// read back; only then does the new one take the old one's place, by one rename. A kill between any two steps leaves two keys of which one opens each value
/// (<see cref="MasterKey.Unwrap"/>), and the next call goes on. Backups are not sealed anew: the old key is kept for them, sealed by the new one.
/// </summary>
/// <param name="database">Holds the data keys.</param>
/// <param name="master">The key to be replaced; opens everything meanwhile, and is of no use afterwards.</param>
/// <param name="step">Called between two steps. What it throws ends the rotation there, as a kill would.</param>
internal sealed class MasterRotation(SqliteDatabase database, MasterKey master, Action? step = null)
{
    // Besides the database; each is a whole file that the master key has sealed for the place of its name.
    private static readonly string[] SealedFiles = [SubjectKeys.FileName, KeyCopy.RecoveryFileName];

    private readonly string _nextPath = Path.Combine(master.Folder, MasterKey.NextFileName);
    private readonly string _earlierPath = Path.Combine(master.Folder, MasterKey.EarlierFileName);

    /// <summary>True when one was begun and did not come to its end.</summary>
    public static bool IsUnderWay(MasterKey master) => File.Exists(Path.Combine(master.Folder, MasterKey.NextFileName));

    /// <summary>
    /// Replaces it, or goes on where an earlier call was cut off. Throws <see cref="SealBrokenException"/>, which names what does not open; then nothing is lost, and both keys stay.
    /// </summary>
    public async Task RunAsync(CancellationToken ct)
    {
        if (!master.Exists)
            throw new SealBrokenException(master.Path, $"There is no master key {master.Path} to replace; the first one is made when something is sealed.");
        if (!IsUnderWay(master))
        {
            KeyFile.TryAdd(_nextPath, RandomNumberGenerator.GetBytes(Seal.KeyBytes));
            step?.Invoke();
        }

        var next = MasterKey.ReadNext(master.Folder)!;
        var old = master.Bytes.ToArray();
        await SealDataKeysAsync(next, ct).ConfigureAwait(false);
        step?.Invoke();
        foreach (var name in SealedFiles)
        {
            SealFile(name, next);
            step?.Invoke();
        }

        SealEarlier(old, next);
        step?.Invoke();
        await ProveAsync(next, old, ct).ConfigureAwait(false);
        // The last moment at which the old one lies there by itself; from here on the new one opens everything.
        KeyFile.Write(Path.Combine(master.Folder, MasterKey.FileName), next);
        step?.Invoke();
        File.Delete(_nextPath);
        DurableFile.SyncFolder(_nextPath);
    }

    private Task<bool> SealDataKeysAsync(byte[] next, CancellationToken ct) => database.WriteAsync(
        (master, next),
        static (session, state) =>
        {
            foreach (var (id, purpose, value) in Rows(session))
            {
                var key = state.master.Unwrap(Place(id, purpose), Name(id), value);
                session.Prepare("UPDATE data_key SET sealed = ?2 WHERE id = ?1").Bind(1, id).BindBlob(2, Seal.Close(state.next, 0, Place(id, purpose), key)).Execute();
            }

            return true;
        },
        ct);

    private void SealFile(string name, byte[] next)
    {
        var path = Path.Combine(master.Folder, name);
        if (File.Exists(path))
            KeyFile.Write(path, Seal.Close(next, 0, name, master.Unwrap(name, path, File.ReadAllBytes(path))));
    }

    private void SealEarlier(byte[] old, byte[] next)
    {
        // A call that was cut off behind this step has added it already; one that was cut off behind the rename has nothing to add.
        var earlier = EarlierBy(old) ?? MasterKey.ReadEarlier(master.Folder, next);
        var all = earlier.Any(key => key.AsSpan().SequenceEqual(old)) || old.AsSpan().SequenceEqual(next) ? earlier : [.. earlier, old];
        if (all.Count > 0)
            KeyFile.Write(_earlierPath, Seal.Close(next, 0, MasterKey.EarlierFileName, [.. all.SelectMany(static key => key)]));
    }

    private IReadOnlyList<byte[]>? EarlierBy(byte[] key)
    {
        try
        {
            return MasterKey.ReadEarlier(master.Folder, key);
        }
        catch (SealBrokenException)
        {
            return null;
        }
    }

    /// <summary>Reads everything back, with the new key alone.</summary>
    private async Task ProveAsync(byte[] next, byte[] old, CancellationToken ct)
    {
        var rows = await database.ReadAsync(0, static (session, _) => Rows(session), ct).ConfigureAwait(false);
        foreach (var (id, purpose, value) in rows)
            _ = Seal.TryOpen(next, Place(id, purpose), value) ?? throw Unproven(Name(id));
        foreach (var name in SealedFiles)
            if (Path.Combine(master.Folder, name) is var path && File.Exists(path))
                _ = Seal.TryOpen(next, name, File.ReadAllBytes(path)) ?? throw Unproven(path);
        if (!old.AsSpan().SequenceEqual(next) && !MasterKey.ReadEarlier(master.Folder, next).Any(key => key.AsSpan().SequenceEqual(old)))
            throw Unproven(_earlierPath);
    }

    private SealBrokenException Unproven(string what) =>
        new(what, $"{what} does not open with the new master key. Both keys stay ({master.Path} and {_nextPath}), and everything opens with one of them; try again.");

    private static List<(long Id, string Purpose, byte[] Value)> Rows(SqliteSession session)
    {
        var rows = new List<(long, string, byte[])>();
        var keys = session.Prepare("SELECT id, purpose, sealed FROM data_key ORDER BY id");
        while (keys.Step())
            rows.Add((keys.Int64(0), keys.Text(1)!, keys.Blob(2).ToArray()));
        return rows;
    }

    private static string Place(long id, string purpose) => DataKey.PlaceOf(checked((uint)id), purpose);

    private static string Name(long id) => DataKey.NameOf(checked((uint)id));
}
