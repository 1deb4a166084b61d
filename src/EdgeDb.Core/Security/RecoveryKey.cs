using System.Security.Cryptography;
using System.Text;

namespace EdgeDb.Core.Security;

/// <summary>What a person writes down to get at the backups when the card is gone: 160 random bits as 8 groups of 4 letters and digits (Crockford's base32).</summary>
internal static class RecoveryKey
{
    internal const int Bytes = 20;
    private const int GroupLength = 4;
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    public static byte[] Make() => RandomNumberGenerator.GetBytes(Bytes);

    /// <summary>For paper.</summary>
    public static string Format(ReadOnlySpan<byte> key)
    {
        var text = new StringBuilder();
        var (bits, held) = (0, 0);
        foreach (var next in key)
        {
            (bits, held) = ((bits << 8) | next, held + 8);
            for (; held >= 5; held -= 5)
            {
                if (text.Length % (GroupLength + 1) == GroupLength)
                    text.Append('-');
                text.Append(Alphabet[(bits >> (held - 5)) & 31]);
            }

            bits &= (1 << held) - 1;
        }

        return text.ToString();
    }

    /// <summary>Reads what a person typed: case, spaces and dashes do not matter, O is 0, I and L are 1. Null when it is no recovery key.</summary>
    public static byte[]? Parse(string text)
    {
        var key = new byte[Bytes];
        var (bits, held, filled) = (0, 0, 0);
        foreach (var typed in text.ToUpperInvariant())
        {
            if (typed is '-' or ' ')
                continue;
            var value = Alphabet.IndexOf(typed switch { 'O' => '0', 'I' or 'L' => '1', _ => typed }, StringComparison.Ordinal);
            if (value < 0 || filled == Bytes)
                return null;
            (bits, held) = ((bits << 5) | value, held + 5);
            if (held < 8)
                continue;
            held -= 8;
            key[filled++] = (byte)(bits >> held);
            bits &= (1 << held) - 1;
        }

        return filled == Bytes && held == 0 ? key : null;
    }
}
