using EdgeDb.Core.Pipeline;

namespace EdgeDb.Api;

/// <summary>Serves one route through the pipeline.</summary>
internal sealed class AnswerEndpoint(RequestPipeline pipeline, AnswerRoute route, PipelineSwitch features)
{
    /// <summary>Who may see the answers. There are no accounts yet: everybody in the house.</summary>
    private const string Audience = "";

    public Task ServeAsync(HttpContext context)
    {
        var request = context.Request;
        var row = request.RouteValues.Count == 0 ? "" : request.RouteValues["id"] as string ?? "";
        Span<char> room = stackalloc char[CanonicalKey.MaxLength];
        var key = room[..CanonicalKey.Write(room, route.Name, row, Audience, route.Parameters, request.QueryString.Value)];
        if (key.IsEmpty)
            return AnswerWithoutKeyAsync(context, row);
        var on = features.For(context);
        return pipeline.TryGet(route, key, on, out var answer)
            ? SendAsync(context, key, answer, AnswerOrigin.Hit)
            : GetAsync(context, key.ToString(), on);
    }

    private async Task GetAsync(HttpContext context, string key, PipelineFeatures on)
    {
        var (answer, origin) = await pipeline.GetAsync(route, key, AnswerHeaders.Priority(context.Request), on, context.RequestAborted);
        await SendAsync(context, key, answer, origin);
    }

    private async Task AnswerWithoutKeyAsync(HttpContext context, string row)
    {
        var answer = await pipeline.MakeAsync((builder, ct) => route.MakeAsync(context.Request, row, builder, ct), context.RequestAborted);
        await SendAsync(context, [], answer, AnswerOrigin.Made);
    }

    private Task SendAsync(HttpContext context, ReadOnlySpan<char> key, Answer answer, AnswerOrigin origin)
    {
        var request = context.Request;
        var response = context.Response;
        var form = answer.In(AnswerHeaders.Coding(request), out var grown);
        if (grown)
            pipeline.Resize(key, answer);
        var headers = response.Headers;
        headers.ETag = form.EntityTag;
        headers.CacheControl = AnswerHeaders.Private;
        headers.Vary = "Accept-Encoding";
        headers["Cache-Status"] = AnswerHeaders.CacheStatus(origin);
        if (request.Headers.IfNoneMatch.Count > 0 && AnswerHeaders.IsHeld(request, answer.Plain.EntityTag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        if (form.Coding != ContentCoding.Identity)
            headers.ContentEncoding = form.Coding == ContentCoding.Brotli ? "br" : "gzip";
        response.ContentType = answer.ContentType;
        response.ContentLength = form.Body.Length;
        var written = response.BodyWriter.WriteAsync(form.Body, context.RequestAborted);
        return written.IsCompletedSuccessfully ? Task.CompletedTask : written.AsTask();
    }
}
