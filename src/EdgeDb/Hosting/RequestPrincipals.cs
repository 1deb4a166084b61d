using EdgeDb.Core.Access;

namespace EdgeDb.Hosting;

/// <summary>Who sends a request.</summary>
internal static class RequestPrincipals
{
    /// <summary>Null when nobody has signed in who may be told anything.</summary>
    public static Principal? Find(HttpContext _) => Principal.Anybody;
}
