using System.Runtime.CompilerServices;
using System.Text;

namespace EdgeDb.Core.Settings;

/// <summary>
/// Says whether a feature is on for a request. The same identity always gets the same answer while the settings stay, and keeps a feature when its percentage is
/// raised; each feature divides the identities differently, so that it is not always the same ones who try what is new.
/// </summary>
internal sealed class FeatureFlags
{
    /// <summary>How many features there are.</summary>
    public const int Count = (int)Feature.Coalescing + 1;

    // By feature: the identities whose number, of 32 bits, lies below have it. 1 << 32 are all.
    private ulong[] _thresholds;

    /// <summary>Everything on for everybody.</summary>
    public FeatureFlags() => _thresholds = [.. Enumerable.Repeat(Threshold(100), Count)];

    /// <summary>Told after a change, one at a time. Handlers must not throw.</summary>
    public event Action? Changed;

    /// <summary>Whether a feature is on for an identity. Costs one load, two multiplications and a comparison.</summary>
    /// <param name="feature">The feature.</param>
    /// <param name="identity">Stable for one client: <see cref="IdentityOf(string)"/> or any other number; its bits need not be well mixed.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsOn(Feature feature, ulong identity) => Spread(feature, identity) < Volatile.Read(ref _thresholds)[(int)feature];

    /// <summary>Whether a feature is on for some and off for others; else any identity will do.</summary>
    public bool IsPartial(Feature feature) => Volatile.Read(ref _thresholds)[(int)feature] is not (0 or 1UL << 32);

    /// <summary>Of how many percent of the identities a feature is on; 0 while the kill switch is.</summary>
    public int Percent(Feature feature) => (int)Math.Round(Volatile.Read(ref _thresholds)[(int)feature] * 100 / (double)(1UL << 32));

    /// <summary>Sets every feature at once.</summary>
    /// <param name="rollouts">By <see cref="Feature"/>.</param>
    /// <param name="allOff">The kill switch: nothing is on for anybody.</param>
    public void Set(ReadOnlySpan<FeatureRollout> rollouts, bool allOff)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(rollouts.Length, Count);
        var thresholds = new ulong[Count];
        for (var i = 0; i < Count; i++)
            thresholds[i] = Threshold(!allOff && rollouts[i].Enabled ? rollouts[i].Percent : 0);
        if (thresholds.AsSpan().SequenceEqual(_thresholds))
            return;
        Volatile.Write(ref _thresholds, thresholds);
        Changed?.Invoke();
    }

    /// <summary>The identity of a name, the same in every process: FNV-1a, 64 bits.</summary>
    public static ulong IdentityOf(ReadOnlySpan<byte> name, ulong seed = 0xCBF29CE484222325)
    {
        foreach (var letter in name)
            seed = (seed ^ letter) * 0x100000001B3;
        return seed;
    }

    /// <summary>The identity of a name.</summary>
    public static ulong IdentityOf(string name) => IdentityOf(Encoding.UTF8.GetBytes(name));

    private static ulong Threshold(int percent) => (ulong)percent * (1UL << 32) / 100;

    // The finalizer of MurmurHash3 without its last step: addresses that follow each other must not fall into one group.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Spread(Feature feature, ulong identity)
    {
        var mixed = identity + (((ulong)feature + 1) * 0x9E3779B97F4A7C15);
        mixed = (mixed ^ (mixed >> 33)) * 0xFF51AFD7ED558CCD;
        mixed = (mixed ^ (mixed >> 33)) * 0xC4CEB9FE1A85EC53;
        return (uint)(mixed >> 32);
    }
}
