using System.Globalization;
using System.Text;
using EdgeDb.Core.Caching;

namespace EdgeDb.Core.Pipeline;

/// <summary>What a run hands on to the next, so that its answers in the second level still hold: the secret that opens them and the clock that judges them.</summary>
/// <param name="Version">Of the program: another one may answer differently.</param>
/// <param name="Secret">What it sealed with.</param>
/// <param name="Tags">The clock and the tags at its end.</param>
internal sealed record SecondLevelState(string Version, byte[] Secret, CacheTagsState Tags)
{
    /// <summary>Tags that are handed on at most, some 50 KB of text; a household has some hundred.</summary>
    public const int MaxTags = 1024;

    private const int MaxNameLength = 200;

    /// <summary>As lines of text: version, secret, clock, then a tag each.</summary>
    public string Format()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Version}\n{Convert.ToHexStringLower(Secret)}\n{Tags.Now}\n");
        foreach (var (name, invalidatedAt) in Tags.Tags)
        {
            // Some names come from requests. One that is left out counts as invalidated at the end, which costs its answers.
            if (name.Length <= MaxNameLength && !name.AsSpan().ContainsAnyInRange('\0', '\x1f'))
                text.Append(CultureInfo.InvariantCulture, $"{invalidatedAt} {name}\n");
        }

        return text.ToString();
    }

    /// <summary>Null when it is no such text.</summary>
    public static SecondLevelState? Parse(string text)
    {
        if (text.Split('\n', 4) is not [var version, var secret, var clock, var lines]
            || !long.TryParse(clock, NumberStyles.None, CultureInfo.InvariantCulture, out var now)
            || secret.Length != 2 * SealedAnswer.SecretBytes || !secret.All(char.IsAsciiHexDigit))
            return null;
        var tags = new List<KeyValuePair<string, long>>();
        foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(MaxTags))
        {
            if (line.Split(' ', 2) is not [var at, var name] || !long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var invalidatedAt))
                return null;
            tags.Add(new(name, invalidatedAt));
        }

        return new(version, Convert.FromHexString(secret), new(now, tags));
    }
}
