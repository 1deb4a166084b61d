using EdgeDb.Core.Connections;

namespace EdgeDb.Core.Pipeline;

/// <summary>Where an answer lies in the second level.</summary>
/// <param name="RedisKey">Its key there.</param>
/// <param name="Read">What had been told of that key before anything was read.</param>
internal readonly record struct SecondLevelPlace(byte[] RedisKey, RedisRead Read);
