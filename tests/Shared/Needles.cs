using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace EdgeDb.Tests;

/// <summary>Texts that must be nowhere any more, in every form in which bytes could hold them: UTF-8 and UTF-16, as written, in capitals and small, and in Base64 at each of its three offsets.</summary>
internal sealed class Needles
{
    private readonly List<(string Text, byte[] Bytes)> _forms = [];

    public Needles(params IEnumerable<string> texts)
    {
        foreach (var text in texts)
            foreach (var form in new[] { text, text.ToUpperInvariant(), text.ToLowerInvariant() }.Distinct())
                foreach (var encoding in new[] { Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode })
                {
                    var bytes = encoding.GetBytes(form);
                    _forms.Add((text, bytes));
                    for (var offset = 0; offset < 3; offset++)
                        _forms.Add((text + " in Base64", Base64(bytes, offset)));
                }
    }

    /// <summary>Which of the texts are in these bytes.</summary>
    public IReadOnlyList<string> In(ReadOnlySpan<byte> bytes)
    {
        var found = new List<string>();
        foreach (var (text, form) in _forms)
            if (!found.Contains(text) && bytes.IndexOf(form) >= 0)
                found.Add(text);
        return found;
    }

    /// <summary>Which files of a folder hold which text.</summary>
    public IReadOnlyList<string> InFolder(string folder)
    {
        var found = new List<string>();
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            // By another program: .NET asks for a lock, which the service has on one of them.
            using var cat = Process.Start(new ProcessStartInfo("cat", [file]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            using var content = new MemoryStream();
            cat.StandardOutput.BaseStream.CopyTo(content);
            var bytes = content.ToArray();
            found.AddRange(In(bytes).Select(text => $"{Path.GetRelativePath(folder, file)}: {text}"));
        }

        return found;
    }

    /// <summary>Which keys of a Redis hold which text.</summary>
    public async Task<IReadOnlyList<string>> InRedisAsync(Upstreams servers)
    {
        var found = new List<string>();
        using var client = await ConnectAsync(servers);
        var stream = new BufferedStream(client.GetStream());
        foreach (var key in Keys(stream, servers))
            if (Ask(stream, "GET", key) is byte[] value)
                found.AddRange(In(value).Select(text => $"{key}: {text}"));
        return found;
    }

    /// <summary>The keys of households in a Redis.</summary>
    public static async Task<IReadOnlyList<string>> KeysInRedisAsync(Upstreams servers)
    {
        using var client = await ConnectAsync(servers);
        return Keys(new BufferedStream(client.GetStream()), servers);
    }

    private static async Task<TcpClient> ConnectAsync(Upstreams servers)
    {
        var client = new TcpClient();
        await client.ConnectAsync(servers.Host, servers.RedisPort, CancellationToken.None);
        return client;
    }

    private static List<string> Keys(BufferedStream stream, Upstreams servers)
    {
        Ask(stream, "AUTH", servers.RedisPassword);
        return [.. ((object?[])Ask(stream, "KEYS", "edgedb:*")!).Select(static key => Encoding.ASCII.GetString((byte[])key!))];
    }

    // The part of the text's Base64 that does not depend on what stands around it.
    private static byte[] Base64(byte[] bytes, int offset)
    {
        var text = Convert.ToBase64String([.. new byte[offset], .. bytes]);
        var (first, last) = (offset == 0 ? 0 : 4, (offset + bytes.Length) / 3 * 4);
        return Encoding.ASCII.GetBytes(text[first..last]);
    }

    private static object? Ask(BufferedStream stream, params string[] words)
    {
        var command = new StringBuilder($"*{words.Length}\r\n");
        foreach (var word in words)
            command.Append(null, $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        stream.Write(Encoding.UTF8.GetBytes(command.ToString()));
        stream.Flush();
        return Read(stream);
    }

    private static object? Read(BufferedStream stream)
    {
        var line = new StringBuilder();
        while (stream.ReadByte() is var read and not '\n')
            line.Append(read == '\r' ? "" : (char)read);
        var (kind, rest) = (line[0], line.ToString(1, line.Length - 1));
        switch (kind)
        {
            case '$':
                var length = int.Parse(rest, null);
                if (length < 0)
                    return null;
                var bytes = new byte[length + 2];
                stream.ReadExactly(bytes);
                return bytes[..length];
            case '*':
                var items = new object?[int.Parse(rest, null)];
                for (var i = 0; i < items.Length; i++)
                    items[i] = Read(stream);
                return items;
            case '-':
                throw new InvalidOperationException(rest);
            default:
                return rest;
        }
    }
}
