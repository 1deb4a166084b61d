namespace EdgeDb.Core.Connections;

/// <summary>Who decides whether a proposal is tried.</summary>
public enum TunerMode
{
    /// <summary>Nothing is proposed or tried.</summary>
    Off,

    /// <summary>A proposal waits until a person approves or rejects it.</summary>
    Approve,

    /// <summary>A proposal is tried at once.</summary>
    Auto,
}
