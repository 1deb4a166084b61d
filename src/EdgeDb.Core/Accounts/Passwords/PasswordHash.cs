using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace EdgeDb.Core.Accounts;

/// <summary>
/// A stored hash of a password or PIN in the PHC string format: <c>$argon2id$v=19$m=7168,t=5,p=1$SALT$HASH</c>, base64 without padding. The parameters are
/// in it, so they can be raised later and old hashes still verify.
/// </summary>
internal sealed class PasswordHash
{
    private const string Prefix = "$argon2id$v=19$";
    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    private readonly byte[] _salt;
    private readonly byte[] _hash;

    private PasswordHash(Argon2Cost cost, byte[] salt, byte[] hash) => (Cost, _salt, _hash) = (cost, salt, hash);

    /// <summary>What verifying it costs.</summary>
    public Argon2Cost Cost { get; }

    /// <summary>Hashes with a new salt. Takes milliseconds of the processor and <see cref="Argon2Cost.MemoryKiB"/>; callers go through <see cref="PasswordHasher"/>.</summary>
    public static PasswordHash Create(string password, Argon2Cost cost)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var hash = new byte[HashBytes];
        Compute(password, salt, cost, hash);
        return new(cost, salt, hash);
    }

    /// <summary>Reads what <see cref="ToString"/> writes. Null when it is something else or costs more than this program computes.</summary>
    public static PasswordHash? Parse(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || text[Prefix.Length..].Split('$') is not [var parameters, var salt, var hash])
            return null;
        if (parameters.Split(',') is not [['m', '=', .. var memory], ['t', '=', .. var passes], ['p', '=', .. var lanes]]
            || !Number(memory, out var m) || !Number(passes, out var t) || !Number(lanes, out var p))
            return null;
        var cost = new Argon2Cost(m, t, p);
        return cost.IsAcceptable && Unpadded(salt) is { Length: >= 8 and <= 64 } saltBytes && Unpadded(hash) is { Length: >= 16 and <= 64 } hashBytes
            ? new(cost, saltBytes, hashBytes)
            : null;
    }

    /// <summary>True for the password it was made of. Costs as much as <see cref="Create"/>.</summary>
    public bool Verify(string password)
    {
        Span<byte> computed = stackalloc byte[_hash.Length];
        Compute(password, _salt, Cost, computed);
        var equal = CryptographicOperations.FixedTimeEquals(computed, _hash);
        CryptographicOperations.ZeroMemory(computed);
        return equal;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Prefix}m={Cost.MemoryKiB},t={Cost.Passes},p={Cost.Lanes}${Convert.ToBase64String(_salt).TrimEnd('=')}${Convert.ToBase64String(_hash).TrimEnd('=')}");

    private static void Compute(string password, ReadOnlySpan<byte> salt, Argon2Cost cost, Span<byte> hash)
    {
        var bytes = Encoding.UTF8.GetBytes(password);
        Argon2id.Hash(bytes, salt, cost, hash);
        CryptographicOperations.ZeroMemory(bytes);
    }

    private static bool Number(string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static byte[]? Unpadded(string text)
    {
        if (text.Length > 100 || text.Contains('=', StringComparison.Ordinal))
            return null;
        var padded = Encoding.ASCII.GetBytes(text.PadRight((text.Length + 3) / 4 * 4, '='));
        return Base64.IsValid(padded) ? Convert.FromBase64String(Encoding.ASCII.GetString(padded)) : null;
    }
}
