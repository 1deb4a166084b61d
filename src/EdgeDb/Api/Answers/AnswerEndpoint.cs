using EdgeDb.Core.Pipeline;

namespace EdgeDb.Api;

/// <summary>Serves one route through the pipeline.</summary>
internal sealed class AnswerEndpoint(RequestPipeline pipeline, AnswerRoute route, PipelineSwitch features)
{
    public Task ServeAsync(HttpContext context)
    {
        var request = context.Request;
        var row = request.RouteValues.Count == 0 ? "" : request.RouteValues["id"] as string ?? "";
        Span<char> room = stackalloc char[CanonicalKey.MaxLength];
        var key = room[..CanonicalKey.Write(room, route.Name, row, context.Actor().Sight.Audience, route.Parameters, request.QueryString.Value)];
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
        var answer = await pipeline.MakeAsync((builder, ct) => route.MakeAsync(context, row, builder, ct), context.RequestAborted);
        await SendAsync(context, [], answer, AnswerOrigin.Made);
    }

    private Task SendAsync(HttpContext context, ReadOnlySpan<char> key, Answer answer, AnswerOrigin origin)
    {
        var response = context.Response;
        var headers = response.Headers;
        headers.Vary = "Accept-Encoding";
        headers["Cache-Status"] = AnswerHeaders.CacheStatus(origin);
        // Before the coding is chosen: nobody compresses for a 304.
        if (AnswerHeaders.NotModified(context, answer.Plain.EntityTag))
            return Task.CompletedTask;
        var form = answer.In(AnswerHeaders.Coding(context.Request), out var grown);
        if (grown)
            pipeline.Resize(key, answer);
        headers.ETag = form.EntityTag;
        if (form.Coding != ContentCoding.Identity)
            headers.ContentEncoding = form.Coding == ContentCoding.Brotli ? "br" : "gzip";
        response.ContentType = answer.ContentType;
        response.ContentLength = form.Body.Length;
        var written = response.BodyWriter.WriteAsync(form.Body, context.RequestAborted);
        return written.IsCompletedSuccessfully ? Task.CompletedTask : written.AsTask();
    }
}
