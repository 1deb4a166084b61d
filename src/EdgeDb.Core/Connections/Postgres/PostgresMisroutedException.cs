namespace EdgeDb.Core.Connections;

/// <summary>The server's part in the cluster changed while work waited for a connection to it; nothing was sent.</summary>
internal sealed class PostgresMisroutedException(string server) : Exception($"{server} no longer takes this work; nothing was sent.");
