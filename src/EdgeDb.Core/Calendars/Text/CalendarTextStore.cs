using System.Buffers;

namespace EdgeDb.Core.Calendars;

/// <summary>
/// The text of each UID's components: written once into blocks that never move, because one growing array would hold ten megabytes
/// twice while it is copied.
/// </summary>
internal sealed class CalendarTextStore
{
    private const int BlockBytes = 64 * 1024;

    private readonly Dictionary<string, List<ReadOnlyMemory<byte>>> _texts = new(StringComparer.Ordinal);
    private readonly ArrayBufferWriter<byte> _scratch = new(4096);
    private readonly CalendarWriter _writer;
    private byte[] _block = [];
    private int _used;

    public CalendarTextStore() => _writer = new CalendarWriter(_scratch);

    /// <summary>The key of a time zone; no UID begins with a line break.</summary>
    public static string ZoneKey(string zoneId) => $"\n{zoneId}";

    /// <summary>Appends a component's text.</summary>
    public void Add(string key, CalendarComponent component)
    {
        _scratch.ResetWrittenCount();
        _writer.Write(component);
        var text = _scratch.WrittenSpan;
        if (text.Length > _block.Length - _used)
            (_block, _used) = (new byte[Math.Max(BlockBytes, text.Length)], 0);
        text.CopyTo(_block.AsSpan(_used));
        if (!_texts.TryGetValue(key, out var parts))
            _texts.Add(key, parts = new List<ReadOnlyMemory<byte>>(1));
        parts.Add(_block.AsMemory(_used, text.Length));
        _used += text.Length;
    }

    /// <summary>Forgets what was added, as a newer revision takes its place.</summary>
    public void Remove(string key, int index) => _texts[key].RemoveAt(index);

    /// <summary>All of it in the order added; empty for an unknown key.</summary>
    public byte[] Get(string key)
    {
        if (!_texts.TryGetValue(key, out var parts))
            return [];
        var text = new byte[parts.Sum(part => part.Length)];
        var length = 0;
        foreach (var part in parts)
        {
            part.CopyTo(text.AsMemory(length));
            length += part.Length;
        }
        return text;
    }
}
