namespace EdgeDb.Core.Security;

/// <summary>Five bits a character, without padding.</summary>
internal static class Base32
{
    /// <summary>Of RFC 4648 §6: as authenticator apps take secrets.</summary>
    public const string Standard = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>Of Crockford, without I, L, O and U: for what people read and type.</summary>
    public const string Readable = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <summary>Encodes.</summary>
    public static string Encode(ReadOnlySpan<byte> data, string alphabet = Standard)
    {
        var text = new char[((data.Length * 8) + 4) / 5];
        var (bits, held, at) = (0, 0, 0);
        foreach (var value in data)
        {
            (bits, held) = ((bits << 8) | value, held + 8);
            while (held >= 5)
            {
                held -= 5;
                text[at++] = alphabet[(bits >> held) & 31];
            }

            bits &= (1 << held) - 1;
        }

        if (held > 0)
            text[at] = alphabet[(bits << (5 - held)) & 31];
        return new string(text);
    }

    /// <summary>Decodes whole bytes. Every character must be of the alphabet.</summary>
    public static byte[] Decode(ReadOnlySpan<char> text, string alphabet)
    {
        var data = new byte[text.Length * 5 / 8];
        var (bits, held, at) = (0, 0, 0);
        foreach (var c in text)
        {
            (bits, held) = ((bits << 5) | alphabet.IndexOf(c, StringComparison.Ordinal), held + 5);
            if (held < 8)
                continue;
            held -= 8;
            data[at++] = (byte)(bits >> held);
            bits &= (1 << held) - 1;
        }

        return data;
    }
}
