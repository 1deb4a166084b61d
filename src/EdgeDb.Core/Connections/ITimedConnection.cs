namespace EdgeDb.Core.Connections;

/// <summary>A connection whose server can be told how long an answer is wanted: it then stops by itself and need not be asked to.</summary>
internal interface ITimedConnection
{
    /// <summary>From now on, for the lease under way; infinite for no limit of the caller.</summary>
    TimeSpan TimeLeft { set; }
}
