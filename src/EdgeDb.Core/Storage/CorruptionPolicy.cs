namespace EdgeDb.Core.Storage;

/// <summary>What <see cref="SqliteDatabase.OpenAsync"/> does after a corrupt file was set aside (it is never deleted or overwritten).</summary>
public enum CorruptionPolicy
{
    /// <summary>Start from the newest backup that passes its check; empty when there is none.</summary>
    RestoreLastGoodCopy,

    /// <summary>Start with an empty database.</summary>
    StartEmpty,

    /// <summary>Leave the file where it is and fail, so that a person decides.</summary>
    Refuse,
}
