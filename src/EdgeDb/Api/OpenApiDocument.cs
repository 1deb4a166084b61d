namespace EdgeDb.Api;

/// <summary>
/// /openapi/v1.json. The document is written by hand: parameters are read by <see cref="RequestReader"/>, so that an error
/// names the field, and no generator sees them there. A test compares it with the routes, and answers with its schemas.
/// </summary>
internal static class OpenApiDocument
{
    private const string ResourceName = "EdgeDb.openapi.json";

    public static void MapOpenApiDocument(this IEndpointRouteBuilder routes) => routes.MapGet("/openapi/v1.json", GetAsync);

    private static async Task GetAsync(HttpContext context)
    {
        await using var document = typeof(OpenApiDocument).Assembly.GetManifestResourceStream(ResourceName)!;
        context.Response.ContentType = "application/json; charset=utf-8";
        await document.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
