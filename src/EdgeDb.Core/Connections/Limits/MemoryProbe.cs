using System.Buffers.Text;
using System.Text;

namespace EdgeDb.Core.Connections;

/// <summary>
/// Reads the memory files of the kernel, about five small ones a look, so every few seconds and not for requests: control groups version 2 or 1 of this process and all groups above it, else the whole machine.
/// Formats: Linux Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst, accounting/psi.rst, filesystems/proc.rst. Never throws for
/// a file that is missing, unreadable or strange.
/// </summary>
/// <param name="root">Where /proc and /sys are; "/" on a real machine.</param>
internal sealed class MemoryProbe(string root)
{
    // Version 1 says "no limit" with the largest number of whole pages.
    private const long UnlimitedBytes = 1L << 60;

    private readonly string _unified = Path.Combine(root, "sys/fs/cgroup");
    private readonly string _memory = Path.Combine(root, "sys/fs/cgroup/memory");
    private readonly byte[] _buffer = new byte[8192];

    public MemoryState Read()
    {
        var (total, available) = ReadMachine();
        var limit = total;
        double? pressure = null;
        foreach (var (group, second) in Groups())
        {
            // The tightest of all groups on the way up counts. High throttles before max kills, so it is the limit to keep to.
            var most = second
                ? Least(Number(Path.Combine(group, "memory.max")), Number(Path.Combine(group, "memory.high")))
                : Number(Path.Combine(group, "memory.limit_in_bytes"));
            if (second)
                pressure = Most(pressure, Pressure(Path.Combine(group, "memory.pressure")));
            var used = Number(Path.Combine(group, second ? "memory.current" : "memory.usage_in_bytes"));
            if (most is not { } bytes || bytes >= UnlimitedBytes || used is not { } current)
                continue;

            // Files that were not used lately are given back before anything hurts, so they count as free.
            var reclaimable = Field(Path.Combine(group, "memory.stat"), second ? "inactive_file" : "total_inactive_file") ?? 0;
            limit = Least(limit, bytes);
            available = Least(available, Math.Max(0, bytes - Math.Max(0, current - reclaimable)));
        }

        // A group above all others has no pressure file; the machine's own is elsewhere, and it is the only one without groups.
        return new(limit, available, pressure ?? Pressure(Path.Combine(root, "proc/pressure/memory")));
    }

    private (long? Total, long? Available) ReadMachine()
    {
        var path = Path.Combine(root, "proc/meminfo");
        return (Field(path, "MemTotal:") * 1024, Field(path, "MemAvailable:") * 1024);
    }

    /// <summary>The folder of this process's group and of each above it, innermost first.</summary>
    private IEnumerable<(string Folder, bool Second)> Groups()
    {
        foreach (var line in Encoding.UTF8.GetString(Content(Path.Combine(root, "proc/self/cgroup"))).Split('\n'))
        {
            // "0::/system.slice/edgedb.service" is version 2, "4:memory:/system.slice/edgedb.service" version 1.
            var parts = line.Split(':', 3);
            if (parts.Length < 3)
                continue;
            var second = parts[0] == "0" && parts[1].Length == 0;
            if (!second && !parts[1].Split(',').Contains("memory"))
                continue;

            // In a container the path is often that of the host while the container's own group is mounted as the top.
            var top = second ? _unified : _memory;
            var folder = Path.Combine(top, parts[2].Trim('/'));
            if (!Directory.Exists(folder))
                folder = top;
            for (; folder.Length >= top.Length; folder = Path.GetDirectoryName(folder)!)
                yield return (folder, second);
        }
    }

    private long? Number(string path)
    {
        var content = Content(path);
        return Utf8Parser.TryParse(content, out long value, out _) ? value : null;
    }

    /// <summary>The number after a name at the start of a line.</summary>
    private long? Field(string path, string name)
    {
        Span<byte> key = stackalloc byte[32];
        key = key[..Encoding.UTF8.GetBytes(name, key)];
        var rest = Content(path);
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? [] : rest[(end + 1)..];
            if (line.StartsWith(key) && line.Length > key.Length && line[key.Length] == ' ')
                return Utf8Parser.TryParse(line[key.Length..].TrimStart((byte)' '), out long value, out _) ? value : null;
        }

        return null;
    }

    /// <summary>"some avg10=0.12 avg60=..." gives 0.12.</summary>
    private double? Pressure(string path)
    {
        var content = Content(path);
        var at = content.IndexOf("some avg10="u8);
        return at >= 0 && Utf8Parser.TryParse(content[(at + "some avg10=".Length)..], out double value, out _) ? value : null;
    }

    // The files are small; what does not fit into the buffer is behind what is looked for. Valid until the next call.
    private ReadOnlySpan<byte> Content(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            return _buffer.AsSpan(0, RandomAccess.Read(file, _buffer, 0));
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static long? Least(long? first, long? second) => first is null ? second : second is null ? first : Math.Min(first.Value, second.Value);

    private static double? Most(double? first, double? second) => first is null ? second : second is null ? first : Math.Max(first.Value, second.Value);
}
