using EdgeDb.Core.Storage;

namespace EdgeDb.Core.Security;

/// <summary>Where sealed values lie: a column or a file. Rotation reaches them through it.</summary>
internal interface ISealedPlace
{
    /// <summary>The place of its one value, or how the places of its values begin, with a slash at the end.</summary>
    string Name { get; }

    /// <summary>
    /// Seals anew what <see cref="KeyRing.SealAnew"/> says, each value atomically. Returns how many do not open: they were lost before and stay as they are.
    /// </summary>
    Task<int> SealAnewAsync(KeyRing keys, SqliteDatabase database, CancellationToken ct);
}
