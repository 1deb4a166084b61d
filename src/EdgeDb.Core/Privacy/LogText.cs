using System.Buffers;
using System.Text;

namespace EdgeDb.Core.Privacy;

/// <summary>
/// The one place that masks what the log says. Our messages are written without personal data; what gets into one by an exception of a library or by a server's words is masked here: mail addresses,
/// what stands in a URL besides its host, and whatever looks like a credential of ours.
/// </summary>
internal static class LogText
{
    private const char Masked = '…';

    private static readonly SearchValues<string> Hints = SearchValues.Create(["@", "://", "edb_", "eyJ", "edgedb="], StringComparison.Ordinal);
    private static readonly SearchValues<char> Ends = SearchValues.Create(" \t\r\n'\"<>()[]{},;|");

    /// <summary>The text with what must not be in a log taken out. Costs a search for a few words where there is nothing.</summary>
    public static string Mask(string text)
    {
        if (!text.AsSpan().ContainsAny(Hints))
            return text;
        var masked = new StringBuilder(text.Length);
        for (var rest = text.AsSpan(); rest.Length > 0;)
        {
            var end = rest.IndexOfAny(Ends);
            Append(masked, end < 0 ? rest : rest[..end]);
            if (end < 0)
                break;
            masked.Append(rest[end]);
            rest = rest[(end + 1)..];
        }

        return masked.ToString();
    }

    private static void Append(StringBuilder masked, ReadOnlySpan<char> word)
    {
        if (word.Contains("edb_", StringComparison.Ordinal) || word.Contains("edgedb=", StringComparison.Ordinal) || (word.Contains("eyJ", StringComparison.Ordinal) && word.Contains('.')))
            masked.Append(Masked);
        else if (word.IndexOf("://", StringComparison.Ordinal) is > 0 and var scheme)
            AppendUrl(masked, word[..(scheme + 3)], word[(scheme + 3)..]);
        else if (word.IndexOf('@') is > 0 and var at && word[(at + 1)..].Contains('.'))
            masked.Append("…@…");
        else
            masked.Append(word);
    }

    /// <summary>The host says which server has a problem. What stands before it is a password, what follows a calendar's secret.</summary>
    private static void AppendUrl(StringBuilder masked, ReadOnlySpan<char> scheme, ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOfAny('/', '?', '#');
        var host = end < 0 ? rest : rest[..end];
        masked.Append(scheme).Append(host[(host.LastIndexOf('@') + 1)..]);
        if (end >= 0 && end + 1 < rest.Length)
            masked.Append(rest[end]).Append(Masked);
        else if (end >= 0)
            masked.Append(rest[end]);
    }
}
