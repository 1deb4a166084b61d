using System.Text;
using System.Text.RegularExpressions;

namespace EdgeDb.Conformance.Reading;

/// <summary>Finds blocks without any of the reader's code: the text between BEGIN and END of a name, whatever stands around.</summary>
internal static partial class NaiveCount
{
    /// <summary>The blocks of that name, each with a leading line feed, LF line ends, unfolded and without blank lines.</summary>
    public static List<string> Blocks(byte[] file, string name)
    {
        var text = Folds().Replace(LineEnds().Replace(Encoding.Latin1.GetString(file), "\n"), "").Replace(": V", ":V", StringComparison.Ordinal);
        var blocks = new List<string>();
        foreach (var part in Regex.Split(text, $"^(?:\u00EF\u00BB\u00BF)?BEGIN:{name}[ \t]*$", RegexOptions.Multiline | RegexOptions.IgnoreCase).Skip(1))
            if (Regex.Match(part, $"^END:{name}", RegexOptions.Multiline | RegexOptions.IgnoreCase) is { Success: true } end)
                blocks.Add(part[..end.Index]);
        return blocks;
    }

    [GeneratedRegex("[\r\n]+")]
    private static partial Regex LineEnds();

    [GeneratedRegex("\n[ \t]")]
    private static partial Regex Folds();
}
