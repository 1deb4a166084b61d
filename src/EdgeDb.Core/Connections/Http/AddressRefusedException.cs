namespace EdgeDb.Core.Connections;

/// <summary>A name leads to no address that the request may go to.</summary>
internal sealed class AddressRefusedException(string host) : Exception($"{host} is no address of the public internet, and this request may go to no other.");
