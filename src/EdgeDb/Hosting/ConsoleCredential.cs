using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace EdgeDb.Hosting;

/// <summary>
/// By which commands on this machine show the running service that they may read its data folder: a secret of this run in the file <c>service.address</c>, for its owner's eyes only.
/// </summary>
internal sealed class ConsoleCredential
{
    /// <summary>What it begins with.</summary>
    public const string Prefix = "edbc_";

    private readonly byte[] _text;

    public ConsoleCredential()
    {
        // 244 random bits of the system's own source; RandomNumberGenerator would load OpenSSL at every start.
        Text = Prefix + Base64Url.EncodeToString([.. Guid.NewGuid().ToByteArray(), .. Guid.NewGuid().ToByteArray()]);
        _text = Encoding.ASCII.GetBytes(Text);
    }

    /// <summary>The credential, as a bearer token.</summary>
    public string Text { get; }

    /// <summary>True when this is it.</summary>
    public bool Matches(ReadOnlySpan<char> text)
    {
        if (text.Length != _text.Length || !Ascii.IsValid(text))
            return false;
        Span<byte> bytes = stackalloc byte[64];
        return CryptographicOperations.FixedTimeEquals(bytes[..Encoding.ASCII.GetBytes(text, bytes)], _text);
    }
}
