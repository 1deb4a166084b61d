using System.Collections.Immutable;
using EdgeDb.Core.Access;
using EdgeDb.Core.Pipeline;
using Microsoft.Extensions.Primitives;

namespace EdgeDb.Api;

/// <summary>A read of the API that goes through the pipeline.</summary>
/// <param name="name">Its name in keys, statistics and settings.</param>
/// <param name="policy">How long its answers may be used.</param>
/// <param name="parameters">What it knows.</param>
/// <param name="make">Writes the answer; static, or of services only.</param>
internal sealed class AnswerRoute(
    string name, AnswerPolicy policy, ImmutableArray<AnswerParameter> parameters, Func<AnswerRequest, AnswerBuilder, CancellationToken, ValueTask> make)
    : AnswerSource(name, policy)
{
    private readonly string[] _names = [.. parameters.Select(static p => p.Name)];

    public override ImmutableArray<AnswerParameter> Parameters => parameters;

    public override ValueTask MakeAsync(string key, AnswerBuilder answer, CancellationToken ct)
    {
        var values = new Dictionary<string, StringValues>(StringComparer.Ordinal);
        foreach (var (parameter, value) in CanonicalKey.Values(key, parameters))
            values[parameter] = values.TryGetValue(parameter, out var before) ? StringValues.Concat(before, value) : value;
        // The sight is that of the key: what is made for one audience cannot be kept for another.
        return MakeAsync(new(CanonicalKey.Row(key), new RequestReader(new QueryCollection(values), _names), Sight.Parse(CanonicalKey.Audience(key))), answer, ct);
    }

    /// <summary>For a request that has no key: most often it is wrong, and this tells in what way.</summary>
    public ValueTask MakeAsync(HttpContext context, string row, AnswerBuilder answer, CancellationToken ct) =>
        MakeAsync(new(row, new RequestReader(context.Request.Query, _names), context.Actor().Sight), answer, ct);

    private ValueTask MakeAsync(AnswerRequest request, AnswerBuilder answer, CancellationToken ct) => make(request, answer, ct);
}
