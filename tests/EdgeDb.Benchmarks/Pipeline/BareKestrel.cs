using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeDb.Benchmarks.Pipeline;

/// <summary>The baseline of <see cref="HttpBenchmark"/>: one Kestrel endpoint that returns a file's bytes from memory and does nothing else. A process of its own.</summary>
internal static class BareKestrel
{
    public const string ListeningPrefix = "listening on ";

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not [var file])
        {
            await Console.Error.WriteLineAsync("usage: bench bare-kestrel FILE");
            return 2;
        }

        ReadOnlyMemory<byte> body = await File.ReadAllBytesAsync(file);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http1);
        });
        await using var app = builder.Build();
        app.MapGet("/answer", async (HttpContext context) =>
        {
            context.Response.ContentType = "application/json; charset=utf-8";
            context.Response.ContentLength = body.Length;
            await context.Response.BodyWriter.WriteAsync(body, context.RequestAborted);
        });
        await app.StartAsync();
        await Console.Out.WriteLineAsync(ListeningPrefix + app.Urls.Single());
        await app.WaitForShutdownAsync();
        return 0;
    }
}
