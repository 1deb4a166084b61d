using System.Globalization;

namespace EdgeDb.Core.Security;

/// <summary>One row of <c>data_key</c>. It is opened when it is first needed.</summary>
internal sealed class DataKey(uint number, KeyPurpose purpose, byte[] wrapped, bool isRetired)
{
    private byte[]? _key;

    public uint Number => number;

    public KeyPurpose Purpose => purpose;

    /// <summary>It opens what it sealed, and seals nothing any more.</summary>
    public bool IsRetired => isRetired;

    /// <summary>Two threads at once may both open it, to the same bytes.</summary>
    public ReadOnlySpan<byte> Open(MasterKey master) => _key ??= master.Unwrap(PlaceOf(number, purpose.ToString()), NameOf(number), wrapped);

    /// <summary>Seals a new key for the row of this number.</summary>
    public static byte[] Wrap(MasterKey master, uint number, KeyPurpose purpose, ReadOnlySpan<byte> key) => master.Wrap(PlaceOf(number, purpose.ToString()), key);

    /// <summary>What people are told that it is.</summary>
    public static string NameOf(uint number) => string.Create(CultureInfo.InvariantCulture, $"Data key {number} (table data_key)");

    /// <summary>Where it is sealed for.</summary>
    public static string PlaceOf(uint number, string purpose) => string.Create(CultureInfo.InvariantCulture, $"data_key/{purpose}/{number}");
}
