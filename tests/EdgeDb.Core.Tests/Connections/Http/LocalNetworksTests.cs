using System.Net;
using EdgeDb.Core.Connections;
using Xunit;

namespace EdgeDb.Core.Tests.Connections;

public sealed class LocalNetworksTests
{
    private static readonly (IPAddress, int)[] House =
    [
        (IPAddress.Parse("192.168.178.20"), 24), (IPAddress.Parse("80.81.82.83"), 20), (IPAddress.Parse("2a02:810a:1:2:3:4:5:6"), 128), (IPAddress.Parse("2a02:810b::1"), 56),
    ];

    [Theory]
    [InlineData("192.168.178.1", true)]
    [InlineData("192.168.179.1", false)]
    [InlineData("80.81.80.1", true)]
    [InlineData("80.81.95.255", true)]
    [InlineData("80.81.96.0", false)]
    [InlineData("::ffff:80.81.80.1", true)]
    [InlineData("2a02:810a:1:2::9", true)]
    [InlineData("2a02:810a:1:3::9", false)]
    [InlineData("2a02:810b:0:ff::9", true)]
    [InlineData("2a02:810b:0:100::9", false)]
    [InlineData("8.8.8.8", false)]
    public void An_address_is_of_the_house_when_it_is_in_the_network_of_an_interface(string address, bool isOfHouse) =>
        Assert.Equal(isOfHouse, LocalNetworks.Include(House, IPAddress.Parse(address)));

    [Fact]
    public void This_machine_is_in_the_network_of_its_loopback() => Assert.True(LocalNetworks.Include(LocalNetworks.OfMachine(), IPAddress.Loopback));
}
