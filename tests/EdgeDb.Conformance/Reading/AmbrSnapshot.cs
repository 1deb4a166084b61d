using System.Text;

namespace EdgeDb.Conformance.Reading;

/// <summary>
/// Reads the snapshot files of Python's syrupy, as far as allenporter/ical uses them: <c>dict</c>, <c>list</c>, strings, numbers. Values become
/// <see cref="Dictionary{TKey, TValue}"/>, <see cref="List{T}"/> and strings.
/// </summary>
internal sealed class AmbrSnapshot
{
    private readonly string[] _lines;
    private int _at;

    private AmbrSnapshot(string[] lines) => _lines = lines;

    /// <summary>The snapshots of one test, by the name in brackets.</summary>
    public static Dictionary<string, object> Read(string path, string test)
    {
        var snapshots = new Dictionary<string, object>(StringComparer.Ordinal);
        var start = $"# name: {test}[";
        var reader = new AmbrSnapshot(File.ReadAllLines(path));
        while (reader._at < reader._lines.Length)
        {
            var line = reader._lines[reader._at++];
            if (line.StartsWith(start, StringComparison.Ordinal))
                snapshots.Add(line[start.Length..^1], reader.Value(reader._lines[reader._at++].Trim()));
        }
        return snapshots;
    }

    private object Value(string text) => text.TrimEnd(',') switch
    {
        "dict({" => Dict(),
        "list([" => List(),
        "'''" => LongText(),
        var scalar => Scalar(scalar),
    };

    private Dictionary<string, object> Dict()
    {
        var dict = new Dictionary<string, object>(StringComparer.Ordinal);
        for (var line = _lines[_at++].Trim(); line.TrimEnd(',') != "})"; line = _lines[_at++].Trim())
        {
            var colon = line.IndexOf("': ", StringComparison.Ordinal);
            dict.Add(line[1..colon], Value(line[(colon + 3)..]));
        }
        return dict;
    }

    private List<object> List()
    {
        var list = new List<object>();
        for (var line = _lines[_at++].Trim(); line.TrimEnd(',') != "])"; line = _lines[_at++].Trim())
            list.Add(Value(line));
        return list;
    }

    private string LongText()
    {
        // The text stands two columns deeper than the quotes that end it.
        var lines = new List<string>();
        while (_lines[_at].Trim().TrimEnd(',') != "'''")
            lines.Add(_lines[_at++]);
        var depth = _lines[_at].Length - _lines[_at].TrimStart().Length + 2;
        _at++;
        return string.Join('\n', lines.Select(line => line.Length > depth ? line[depth..] : ""));
    }

    private static string Scalar(string text)
    {
        if (text is not (['\'', .., '\''] or ['"', .., '"']))
            return text;
        var value = new StringBuilder();
        for (var i = 1; i < text.Length - 1; i++)
            value.Append(text[i] != '\\' ? text[i] : text[++i] == 'n' ? '\n' : text[i]);
        return value.ToString();
    }
}
