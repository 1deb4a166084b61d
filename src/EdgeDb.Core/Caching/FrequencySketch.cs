using System.Numerics;
using System.Runtime.CompilerServices;

namespace EdgeDb.Core.Caching;

/// <summary>
/// How often keys were asked for lately, up to 15 each: a count-min sketch of 4-bit counters whose four places for a key lie in one cache line, all halved
/// after ten times as many additions as there are entries (TinyLFU: Einziger, Friedman, Manes, ACM TOS 13(4), 2017; the blocks are Caffeine's). 8 bytes an entry.
/// </summary>
internal sealed class FrequencySketch
{
    private const int MaxCount = 15;
    private const int WordsOfBlock = 8;
    private const ulong LowThreeBits = 0x7777_7777_7777_7777;
    private readonly ulong[] _words;
    private readonly uint _blockMask;
    private long _additions;

    public FrequencySketch(int entries)
    {
        _words = new ulong[Math.Max(WordsOfBlock, BitOperations.RoundUpToPowerOf2((uint)entries))];
        _blockMask = (uint)(_words.Length / WordsOfBlock) - 1;
    }

    public int Count(ulong hash)
    {
        var block = Block(hash);
        var count = MaxCount;
        for (var row = 0; row < 4; row++)
        {
            var (word, shift) = Place(block, hash, row);
            count = Math.Min(count, (int)(_words[word] >> shift) & MaxCount);
        }

        return count;
    }

    /// <param name="hash">The hash of the key.</param>
    /// <param name="period">Additions after which all counts are halved.</param>
    public void Add(ulong hash, long period)
    {
        var block = Block(hash);
        var added = false;
        for (var row = 0; row < 4; row++)
        {
            var (word, shift) = Place(block, hash, row);
            if (((_words[word] >> shift) & MaxCount) == MaxCount)
                continue;
            _words[word] += 1UL << shift;
            added = true;
        }

        if (added && ++_additions >= period)
            Halve();
    }

    private void Halve()
    {
        for (var i = 0; i < _words.Length; i++)
            _words[i] = (_words[i] >> 1) & LowThreeBits;
        _additions /= 2;
    }

    private int Block(ulong hash) => (int)((uint)hash & _blockMask) * WordsOfBlock;

    // Each row has two words of its own in the block; five bits of the upper half of the hash choose one of their counters.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (int Word, int Shift) Place(int block, ulong hash, int row)
    {
        var bits = (int)(hash >> (32 + (row * 8)));
        return (block + (row * 2) + (bits & 1), (bits >> 1 & 15) * 4);
    }
}
