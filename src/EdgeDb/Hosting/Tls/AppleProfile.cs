using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Security;

namespace EdgeDb.Hosting.Tls;

/// <summary>An authority as a configuration profile, the one form that iPhones and iPads take from a web page.</summary>
internal static class AppleProfile
{
    public static string Of(X509Certificate2 authority)
    {
        var hash = authority.GetCertHash(HashAlgorithmName.SHA256);
        // The same for the same authority: installed twice it is one profile.
        var (profile, payload) = (new Guid(hash.AsSpan(0, 16)), new Guid(hash.AsSpan(16, 16)));
        var name = SecurityElement.Escape(authority.GetNameInfo(X509NameType.SimpleName, forIssuer: false));
        var identifier = $"edgedb.authority.{profile:N}";
        return $"""
            <?xml version="1.0" encoding="UTF-8"?>
            <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
            <plist version="1.0">
            <dict>
              <key>PayloadType</key><string>Configuration</string>
              <key>PayloadVersion</key><integer>1</integer>
              <key>PayloadIdentifier</key><string>{identifier}</string>
              <key>PayloadUUID</key><string>{profile}</string>
              <key>PayloadDisplayName</key><string>{name}</string>
              <key>PayloadDescription</key><string>Believes the EdgeDb board of this household, and machines at home only.</string>
              <key>PayloadContent</key>
              <array>
                <dict>
                  <key>PayloadType</key><string>com.apple.security.root</string>
                  <key>PayloadVersion</key><integer>1</integer>
                  <key>PayloadIdentifier</key><string>{identifier}.certificate</string>
                  <key>PayloadUUID</key><string>{payload}</string>
                  <key>PayloadDisplayName</key><string>{name}</string>
                  <key>PayloadContent</key><data>{Convert.ToBase64String(authority.RawData)}</data>
                </dict>
              </array>
            </dict>
            </plist>

            """;
    }
}
