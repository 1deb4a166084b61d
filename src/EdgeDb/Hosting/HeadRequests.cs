namespace EdgeDb.Hosting;

/// <summary>
/// Lets HEAD reach whatever GET reaches (RFC 9110 §9.3.2; calendar programs look that way whether a feed has changed). Only
/// choosing the endpoint takes it for a GET: handlers see the real method, and the server leaves the body of their answer out.
/// </summary>
internal static class HeadRequests
{
    private static readonly object Mark = new();

    /// <summary>Adds routing with this around it.</summary>
    public static void UseRoutingOfHead(this WebApplication app)
    {
        app.Use(
            static (context, next) =>
            {
                if (HttpMethods.IsHead(context.Request.Method))
                {
                    context.Items[Mark] = Mark;
                    context.Request.Method = HttpMethods.Get;
                }
                return next(context);
            });
        app.UseRouting();
        app.Use(
            static (context, next) =>
            {
                if (context.Items.Remove(Mark))
                    context.Request.Method = HttpMethods.Head;
                return next(context);
            });
    }
}
