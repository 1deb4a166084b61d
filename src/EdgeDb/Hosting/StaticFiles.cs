using System.Collections.Frozen;
using System.Globalization;
using Microsoft.Net.Http.Headers;

namespace EdgeDb.Hosting;

/// <summary>
/// Serves the built browser UI from a folder read once at start: only what is listed there can be asked for, so no path of a
/// request ever reaches the file system. The compressed neighbours (.br, .gz) were made by the build.
/// </summary>
internal sealed class StaticFiles
{
    private sealed record Asset(string Path, string ContentType, string ETag, bool Immutable, Asset? Brotli, Asset? Gzip);

    private static readonly FrozenDictionary<string, string> ContentTypes = new Dictionary<string, string>
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".png"] = "image/png",
        [".ico"] = "image/x-icon",
        [".json"] = "application/json",
        [".webmanifest"] = "application/manifest+json",
        [".woff2"] = "font/woff2",
        [".txt"] = "text/plain; charset=utf-8",
    }.ToFrozenDictionary();

    private readonly FrozenDictionary<string, Asset> _assets;
    private readonly Asset? _index;

    /// <summary>Lists <paramref name="folder"/>; a missing folder serves nothing.</summary>
    public StaticFiles(string folder)
    {
        var assets = new Dictionary<string, Asset>(StringComparer.Ordinal);
        if (Directory.Exists(folder))
        {
            foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            {
                if (!ContentTypes.TryGetValue(Path.GetExtension(path), out var contentType))
                    continue;
                var name = "/" + Path.GetRelativePath(folder, path).Replace('\\', '/');
                var immutable = name.StartsWith("/assets/", StringComparison.Ordinal);
                assets.Add(name, Load(path, contentType, immutable, Compressed(path, ".br"), Compressed(path, ".gz")));

                Asset? Compressed(string original, string suffix) =>
                    File.Exists(original + suffix) ? Load(original + suffix, contentType, immutable, null, null) : null;
            }
        }
        _assets = assets.ToFrozenDictionary();
        _index = _assets.GetValueOrDefault("/index.html");
    }

    /// <summary>Answers a GET or HEAD for a file, and the app's own pages with index.html. False when it is not for it.</summary>
    public async ValueTask<bool> TryServeAsync(HttpContext context)
    {
        var method = context.Request.Method;
        if (!HttpMethods.IsGet(method) && !HttpMethods.IsHead(method))
            return false;
        var path = context.Request.Path.Value ?? "/";
        if (!_assets.TryGetValue(path, out var asset))
        {
            // A page of the app has no extension; anything else that is missing is missing.
            if (_index is null || Path.HasExtension(path) || IsServicePath(path))
                return false;
            asset = _index;
        }
        await SendAsync(context, asset);
        return true;
    }

    private static bool IsServicePath(string path) =>
        path.StartsWith("/api/", StringComparison.Ordinal) || path.StartsWith("/health/", StringComparison.Ordinal)
        || path.StartsWith("/openapi/", StringComparison.Ordinal) || path.StartsWith("/calendars/", StringComparison.Ordinal) || path == "/metrics"
        || path == "/trust" || path.StartsWith("/trust/", StringComparison.Ordinal);

    private static async Task SendAsync(HttpContext context, Asset asset)
    {
        var accepted = context.Request.GetTypedHeaders().AcceptEncoding;
        var (sent, encoding) = Accepts(accepted, "br") && asset.Brotli is { } brotli ? (brotli, "br")
            : Accepts(accepted, "gzip") && asset.Gzip is { } gzip ? (gzip, "gzip")
            : (asset, null);

        var headers = context.Response.Headers;
        headers.Vary = "Accept-Encoding";
        headers.ETag = sent.ETag;
        // Names under /assets/ hold a hash of their content; everything else is asked for each time.
        headers.CacheControl = asset.Immutable ? "public, max-age=31536000, immutable" : "no-cache";
        if (context.Request.Headers.IfNoneMatch.ToString().Contains(sent.ETag, StringComparison.Ordinal))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        context.Response.ContentType = asset.ContentType;
        if (encoding is not null)
            headers.ContentEncoding = encoding;
        var file = new FileInfo(sent.Path);
        context.Response.ContentLength = file.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.SendFileAsync(sent.Path, context.RequestAborted);
    }

    private static bool Accepts(IList<StringWithQualityHeaderValue> accepted, string encoding)
    {
        foreach (var value in accepted)
            if (value.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase))
                return value.Quality is not 0;
        return false;
    }

    private static Asset Load(string path, string contentType, bool immutable, Asset? brotli, Asset? gzip)
    {
        // Size and time tell builds apart; hashing the content would load the cryptographic library (3 MB) for it at every start.
        var file = new FileInfo(path);
        var tag = string.Create(CultureInfo.InvariantCulture, $"\"{file.Length:x}-{file.LastWriteTimeUtc.Ticks:x}\"");
        return new(path, contentType, tag, immutable, brotli, gzip);
    }
}
