namespace EdgeDb.Core.Accounts;

/// <summary>Base32 of RFC 4648 §6 without padding, as authenticator apps take secrets.</summary>
internal static class Base32
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>Encodes.</summary>
    public static string Encode(ReadOnlySpan<byte> data)
    {
        var text = new char[((data.Length * 8) + 4) / 5];
        var (bits, held, at) = (0, 0, 0);
        foreach (var value in data)
        {
            (bits, held) = ((bits << 8) | value, held + 8);
            while (held >= 5)
            {
                held -= 5;
                text[at++] = Alphabet[(bits >> held) & 31];
            }

            bits &= (1 << held) - 1;
        }

        if (held > 0)
            text[at] = Alphabet[(bits << (5 - held)) & 31];
        return new string(text);
    }
}
