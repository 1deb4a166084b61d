using System.Security.Cryptography;
using System.Text;
using EdgeDb.Core.Security;

namespace EdgeDb.Core.Accounts;

/// <summary>
/// What somebody needs who claims the household from another machine: the file <c>setup-code</c> in the data folder, for its owner's eyes only. Whoever can read it could claim the
/// household anyway. Gone after the claim.
/// </summary>
internal sealed class SetupCode(string dataFolder)
{
    private const int Characters = 12;

    private readonly string _path = Path.Combine(dataFolder, "setup-code");

    /// <summary>The code, made when there is none yet. Throws <see cref="IOException"/> when the folder cannot be written.</summary>
    public string Ensure()
    {
        if (Read() is { } there)
            return there;
        var code = ReadableCode.Grouped(ReadableCode.New(Characters));
        using var file = KeyFile.Create(_path);
        file.Write(Encoding.ASCII.GetBytes(code + "\n"));
        return code;
    }

    /// <summary>True when this is the code.</summary>
    public bool Matches(string? typed) =>
        typed is not null && Read() is { } code && ReadableCode.Read(code, Characters) is { } right && ReadableCode.Read(typed, Characters) is { } given
        && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(right), Encoding.ASCII.GetBytes(given));

    /// <summary>Removes the file.</summary>
    public void Remove()
    {
        try
        {
            File.Delete(_path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It is worth nothing any more.
        }
    }

    private string? Read()
    {
        try
        {
            return File.ReadAllText(_path).Trim() is { } text && ReadableCode.Read(text, Characters) is not null ? text : null;
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
