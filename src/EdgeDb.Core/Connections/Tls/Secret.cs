using System.Diagnostics.CodeAnalysis;

namespace EdgeDb.Core.Connections;

/// <summary>
/// A password or key that a server asks for: fixed, or the first line of a file, which is read again when it changes, so that it can be replaced without a restart. Never
/// printed.
/// </summary>
public sealed class Secret
{
    private readonly Lock _gate = new();
    private readonly string? _file;
    private (DateTime Written, long Bytes) _version;
    private string _value;
    private int _replaced;

    private Secret(string? file, string value) => (_file, _value) = (file, value);

    /// <summary>The one to show now. While the file cannot be read or is empty, the one that was last in it.</summary>
    public string Value
    {
        get
        {
            if (_file is null)
                return _value;
            lock (_gate)
            {
                Read_NeedsLock();
                return _value;
            }
        }
    }

    /// <summary>How often another one was found in the file.</summary>
    internal int Replaced => Volatile.Read(ref _replaced);

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => Value.Length == 0;

    /// <summary>A fixed one; null for null.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    public static implicit operator Secret?(string? value) => value is null ? null : Of(value);

    /// <summary>A fixed one.</summary>
    public static Secret Of(string value) => new(null, value);

    /// <summary>The first line of a file. Throws <see cref="IOException"/> and <see cref="UnauthorizedAccessException"/> when it cannot be read now.</summary>
    public static Secret OfFile(string path)
    {
        var version = Version(path);
        return new(path, ReadLine(path)) { _version = version };
    }

    /// <summary>A server has refused it: it is read again before it is next shown, whatever the file's time says.</summary>
    public void Refused()
    {
        lock (_gate)
            _version = default;
    }

    /// <summary>Nothing of it.</summary>
    public override string ToString() => "***";

    private void Read_NeedsLock()
    {
        try
        {
            // Before the content: what is written in between is read once more.
            var version = Version(_file!);
            if (version == _version)
                return;
            if (ReadLine(_file!) is not { Length: > 0 } value)
                return;
            _replaced += value == _value ? 0 : 1;
            (_value, _version) = (value, version);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Whoever replaces it may be in the middle of that; and if not, the server says that it wants another one.
        }
    }

    private static (DateTime, long) Version(string path)
    {
        var file = File.ResolveLinkTarget(path, returnFinalTarget: true) as FileInfo ?? new FileInfo(path);
        return (file.LastWriteTimeUtc, file.Length);
    }

    private static string ReadLine(string path)
    {
        using var reader = new StreamReader(path);
        return reader.ReadLine() ?? "";
    }
}
