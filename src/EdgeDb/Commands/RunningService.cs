using System.Text.Json.Serialization.Metadata;
using EdgeDb.Core.Storage;
using EdgeDb.Hosting;
using EdgeDb.Options;

namespace EdgeDb.Commands;

/// <summary>The service that holds a data folder, for commands that must not work beside it.</summary>
internal static class RunningService
{
    /// <summary>Asks it. Null when none runs; throws <see cref="IOException"/> when it does not answer.</summary>
    public static async Task<T?> AskAsync<T>(EdgeDbOptions options, HttpMethod method, string path, byte[]? body, JsonTypeInfo<T> type)
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
            using var client = new ServiceClient(address);
            return await client.SendAsync(method, path, body, type);
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            throw new IOException($"The service of '{options.Data}' does not answer at {address}: {failure.Message}", failure);
        }
    }
}
