using System.Text.Json.Serialization.Metadata;
using EdgeDb.Core.Storage;
using EdgeDb.Hosting;
using EdgeDb.Options;

namespace EdgeDb.Commands;

/// <summary>The service that holds a data folder, for commands that must not work beside it.</summary>
internal static class RunningService
{
    /// <summary>Asks it. Null when none runs; throws <see cref="IOException"/> when it does not answer.</summary>
    public static Task<T?> AskAsync<T>(EdgeDbOptions options, HttpMethod method, string path, byte[]? body, JsonTypeInfo<T> type)
        where T : class =>
        AskAsync(options, async client => (T?)await client.SendAsync(method, path, body, type));

    /// <summary>Tells it something that is answered without a body. False when none runs; throws <see cref="IOException"/> when it does not answer.</summary>
    public static async Task<bool> TellAsync(EdgeDbOptions options, HttpMethod method, string path, byte[]? body) =>
        await AskAsync(
            options,
            async client =>
            {
                await client.SendAsync(method, path, body);
                return "";
            }) is not null;

    /// <summary>Writes what it answers to a stream, while it comes. False when none runs; throws <see cref="IOException"/> when it does not answer.</summary>
    public static async Task<bool> DownloadAsync(EdgeDbOptions options, string path, Stream target) =>
        await AskAsync(
            options,
            async client =>
            {
                await client.DownloadAsync(path, target);
                return "";
            }) is not null;

    private static async Task<T?> AskAsync<T>(EdgeDbOptions options, Func<ServiceClient, Task<T?>> ask)
        where T : class
    {
        if (ServingLock.TryHold(options.DatabasePath, out var hold))
        {
            hold?.Dispose();
            return null;
        }

        if (ServiceAddress.Read(options.Data) is not { } address)
            throw new IOException($"The service of '{options.Data}' is starting or ending; try again in a moment.");
        try
        {
            using var client = new ServiceClient(address, ServiceAddress.ReadCredential(options.Data));
            return await ask(client);
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            throw new IOException($"The service of '{options.Data}' does not answer at {address}: {failure.Message}", failure);
        }
    }
}
