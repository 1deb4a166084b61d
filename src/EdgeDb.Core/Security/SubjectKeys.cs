using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace EdgeDb.Core.Security;

/// <summary>
/// A key for each person, in <c>keys/subjects.keys</c>: one file, sealed by the master key, that lies neither in the database nor in a backup, so that destroying a key reaches every
/// copy of what it sealed. What a flash card keeps of overwritten blocks is out of reach; there the old file is as safe as the master key.
/// </summary>
internal sealed class SubjectKeys
{
    /// <summary>Of the file in the folder of keys.</summary>
    public const string FileName = "subjects.keys";

    private readonly Lock _lock = new();
    private readonly MasterKey _master;
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);
    private Dictionary<string, SubjectKey>? _keys;

    /// <param name="master">Seals the file, which lies in its folder.</param>
    public SubjectKeys(MasterKey master)
    {
        _master = master;
        Path = System.IO.Path.Combine(master.Folder, FileName);
        master.AddWitness(() => Exists ? Path : null);
    }

    /// <summary>Raised, under the lock, when the file has changed, and when a key is to be destroyed that it no longer has: copies of it must follow. What a handler throws reaches the caller of the change, which is done already.</summary>
    public event Action? Changed;

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>True when there is one. It stays when the last key is destroyed, so none means that nobody ever had a key, or that it was lost.</summary>
    public bool Exists => File.Exists(Path);

    /// <summary>
    /// The key of a subject; made, durably, when there is none. Throws <see cref="SealBrokenException"/> when the file was changed or damaged, or the master key is missing.
    /// </summary>
    public SubjectKey For(string subject)
    {
        if (subject.Length == 0 || subject.AsSpan().ContainsAny(' ', '\n'))
            throw new ArgumentException("A subject is a word.", nameof(subject));
        lock (_lock)
        {
            var keys = Read_NeedsLock();
            if (keys.TryGetValue(subject, out var known))
                return known;
            if (_refused.Contains(subject))
                throw new SealBrokenException(Path, "No key is made for somebody who was erased.");
            // A random number and not the next one: that of a key which was destroyed is not known any more.
            var number = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint)));
            var key = new SubjectKey(subject, number, RandomNumberGenerator.GetBytes(Seal.KeyBytes));
            Write_NeedsLock(new(keys, StringComparer.Ordinal) { [subject] = key });
            return key;
        }
    }

    /// <summary>The key of a subject; null when it has none, or none any more.</summary>
    public SubjectKey? Find(string subject)
    {
        lock (_lock)
            return Read_NeedsLock().GetValueOrDefault(subject);
    }

    /// <summary>Destroys a key for ever. False when there is none. A new file takes the place of the old one, so a power cut leaves either.</summary>
    public bool Destroy(string subject)
    {
        lock (_lock)
        {
            var keys = new Dictionary<string, SubjectKey>(Read_NeedsLock(), StringComparer.Ordinal);
            if (!keys.Remove(subject))
            {
                // Who was cut off behind the file asks again, and then copies of it still have the key.
                Changed?.Invoke();
                return false;
            }

            Write_NeedsLock(keys);
            return true;
        }
    }

    /// <summary>Makes no key for the subject any more, for as long as this process runs: whoever still holds its id would bring it back.</summary>
    public void Refuse(string subject)
    {
        lock (_lock)
            _refused.Add(subject);
    }

    /// <summary>True after <see cref="Refuse"/>.</summary>
    public bool IsRefused(string subject)
    {
        lock (_lock)
            return _refused.Contains(subject);
    }

    private Dictionary<string, SubjectKey> Read_NeedsLock()
    {
        if (_keys is not null)
            return _keys;
        var keys = new Dictionary<string, SubjectKey>(StringComparer.Ordinal);
        if (Exists)
        {
            var text = Encoding.UTF8.GetString(_master.Unwrap(FileName, Path, File.ReadAllBytes(Path)));
            foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                var parts = line.Split(' ');
                keys.Add(parts[0], new SubjectKey(parts[0], uint.Parse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture), Convert.FromBase64String(parts[2])));
            }
        }

        return _keys = keys;
    }

    private void Write_NeedsLock(Dictionary<string, SubjectKey> keys)
    {
        var text = new StringBuilder();
        foreach (var key in keys.Values)
            text.Append(CultureInfo.InvariantCulture, $"{key.Subject} {key.Number} {Convert.ToBase64String(key.Bytes)}\n");
        KeyFile.Write(Path, _master.Wrap(FileName, Encoding.UTF8.GetBytes(text.ToString())));
        _keys = keys;
        Changed?.Invoke();
    }
}
