using System.Security.Cryptography;

namespace EdgeDb.Api;

/// <summary>
/// /openapi/v1.json. The document is written by hand: parameters are read by <see cref="RequestReader"/>, so that an error
/// names the field, and no generator sees them there. A test compares it with the routes, and answers with its schemas.
/// </summary>
internal static class OpenApiDocument
{
    private const string ResourceName = "EdgeDb.openapi.json";

    // Of the content, not of the process: an update of the program may or may not change it.
    private static string? _tag;

    public static void MapOpenApiDocument(this IEndpointRouteBuilder routes) => routes.MapMethods("/openapi/v1.json", HttpReads.Methods, GetAsync).IsPublic();

    private static async Task GetAsync(HttpContext context)
    {
        _ = new RequestReader(context.Request);
        await using var document = typeof(OpenApiDocument).Assembly.GetManifestResourceStream(ResourceName)!;
        if (_tag is null)
        {
            _tag = $"\"{Convert.ToHexStringLower((await SHA256.HashDataAsync(document, context.RequestAborted)).AsSpan(0, 12))}\"";
            document.Position = 0;
        }
        if (AnswerHeaders.NotModified(context, _tag))
            return;
        context.Response.ContentType = "application/json; charset=utf-8";
        await document.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
