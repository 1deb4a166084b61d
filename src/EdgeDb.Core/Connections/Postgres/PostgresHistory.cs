namespace EdgeDb.Core.Connections;

/// <summary>How far the history of a cluster has gone. A server that takes writes on a lower timeline is a primary that was replaced.</summary>
/// <param name="SystemIdentifier">Of the cluster: timelines of two clusters have nothing to do with each other.</param>
/// <param name="Timeline">The highest that was seen.</param>
internal readonly record struct PostgresHistory(long SystemIdentifier, uint Timeline);
