namespace EdgeDb.Core.Security;

/// <summary>The key of one person. What it sealed ends with it, wherever copies are.</summary>
internal sealed class SubjectKey
{
    private readonly byte[] _key;

    internal SubjectKey(string subject, uint number, byte[] key) => (Subject, Number, _key) = (subject, number, key);

    /// <summary>Whose it is.</summary>
    public string Subject { get; }

    /// <summary>Tells it from an earlier one of the same subject, which was destroyed.</summary>
    public uint Number { get; }

    internal ReadOnlySpan<byte> Bytes => _key;

    /// <summary>Seals a value for one place, as <see cref="KeyRing.Seal"/> does.</summary>
    public byte[] Seal(string place, ReadOnlySpan<byte> plain) => Security.Seal.Close(_key, Number, place, plain);

    /// <summary>False when an earlier key of the subject sealed it, which is gone.</summary>
    public bool HasSealed(ReadOnlySpan<byte> sealedBytes) => Security.Seal.TryReadNumber(sealedBytes, out var number) && number == Number;

    /// <summary>Opens what was sealed for this place. Throws <see cref="SealBrokenException"/>, which names the place.</summary>
    public byte[] Open(string place, ReadOnlySpan<byte> sealedBytes) => Security.Seal.TryOpen(_key, place, sealedBytes) ?? throw new SealBrokenException(
        place, $"The sealed value of {place} does not open: it was changed, damaged or moved here, or it belongs to a key that was destroyed.");
}
