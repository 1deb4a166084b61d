namespace EdgeDb.Core.Connections;

/// <summary>How far a request may go.</summary>
internal enum HttpReach
{
    /// <summary>Anywhere: the address comes from who configures this machine.</summary>
    Anywhere,

    /// <summary>
    /// To addresses of the public internet only. For addresses that somebody else gave, or that a name or a redirect leads to: a request from here would reach
    /// what only this machine and this house can (server-side request forgery).
    /// </summary>
    Internet,
}
