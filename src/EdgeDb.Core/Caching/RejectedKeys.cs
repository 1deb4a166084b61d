using System.Numerics;

namespace EdgeDb.Core.Caching;

/// <summary>
/// The keys that the cache refused last, by hash. A key overwrites the one in its place, so a few are forgotten early; memory is 16 bytes an entry.
/// </summary>
internal sealed class RejectedKeys(int entries)
{
    private readonly (uint Hash, int Number)[] _places = new (uint, int)[2 * BitOperations.RoundUpToPowerOf2((uint)entries)];
    private int _number;

    public void Add(ulong hash) => Place(hash) = ((uint)(hash >> 32), ++_number);

    /// <summary>Whether the key is among the last <paramref name="depth"/> that were refused. Forgets it.</summary>
    public bool Take(ulong hash, int depth)
    {
        ref var place = ref Place(hash);
        if (place.Number == 0 || place.Hash != (uint)(hash >> 32))
            return false;
        var age = unchecked(_number - place.Number);
        place = default;
        return (uint)age < (uint)depth;
    }

    private ref (uint Hash, int Number) Place(ulong hash) => ref _places[(uint)hash & (uint)(_places.Length - 1)];
}
