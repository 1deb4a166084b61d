using System.Text;

namespace EdgeDb.Options;

/// <summary>
/// Puts what a person has typed in the place of the names of properties: the checks of Core speak of <c>MinIdle</c>, and the address says <c>min-idle</c>. What stands in
/// quotes is a value and stays.
/// </summary>
internal sealed class PropertySpelling
{
    private readonly Dictionary<string, string> _words = new(StringComparer.Ordinal)
    {
        // Parts of the address itself.
        ["Address"] = "address",
        ["Host"] = "host",
        ["Port"] = "port",
        ["Database"] = "database",
        ["User"] = "user",
        ["Username"] = "user",
        ["Password"] = "password",
    };

    /// <summary>Learns a word.</summary>
    /// <param name="typed">As it is typed, <c>min-idle</c>.</param>
    /// <param name="property">The property's name; null when it only has another spelling.</param>
    public void Add(string typed, string? property) =>
        _words[property ?? string.Concat(typed.Split('-').Select(static part => char.ToUpperInvariant(part[0]) + part[1..]))] = typed;

    /// <summary>The sentence in the words that were learnt.</summary>
    public string Respell(string sentence)
    {
        var result = new StringBuilder(sentence.Length);
        var isValue = false;
        for (var i = 0; i < sentence.Length;)
        {
            var end = i;
            while (end < sentence.Length && char.IsAsciiLetterOrDigit(sentence[end]))
                end++;
            if (end == i)
            {
                isValue ^= sentence[i] == '\'';
                result.Append(sentence[i++]);
                continue;
            }

            var word = sentence[i..end];
            result.Append(isValue ? word : _words.GetValueOrDefault(word, word));
            i = end;
        }

        return result.ToString();
    }
}
