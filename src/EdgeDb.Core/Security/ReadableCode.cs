using System.Security.Cryptography;

namespace EdgeDb.Core.Security;

/// <summary>
/// Codes that people read and type, of the alphabet <see cref="Base32.Readable"/>; what is read wrong (l for 1, o for 0) is read right.
/// </summary>
internal static class ReadableCode
{
    private const int Group = 4;

    /// <summary>A code of so many characters with 5 bits each, without separators.</summary>
    public static string New(int characters) => RandomNumberGenerator.GetString(Base32.Readable, characters);

    /// <summary>The same in groups of four, for reading.</summary>
    public static string Grouped(string code) => string.Join('-', code.Chunk(Group).Select(static part => new string(part)));

    /// <summary>What was typed in the form of <see cref="New"/>; null when it is no code of this length.</summary>
    public static string? Read(string typed, int characters)
    {
        if (typed.Length > 4 * characters)
            return null;
        var code = new char[characters];
        var length = 0;
        foreach (var c in typed)
        {
            if (c is '-' or ' ')
                continue;
            var upper = char.ToUpperInvariant(c) switch
            {
                'O' => '0',
                'I' or 'L' => '1',
                var other => other,
            };
            if (length == characters || !Base32.Readable.Contains(upper, StringComparison.Ordinal))
                return null;
            code[length++] = upper;
        }

        return length == characters ? new string(code) : null;
    }
}
