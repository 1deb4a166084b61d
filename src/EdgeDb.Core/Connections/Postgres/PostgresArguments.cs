using Npgsql;
using NpgsqlTypes;

namespace EdgeDb.Core.Connections;

/// <summary>
/// Takes the values of <c>$1</c>, <c>$2</c>, … in their order. The parameters behind it belong to the connection and are filled anew for each run,
/// so a value type is neither boxed nor does it cost an object; a command must add the same types each time.
/// </summary>
public ref struct PostgresArguments
{
    private readonly NpgsqlParameterCollection _parameters;
    private int _next;

    internal PostgresArguments(NpgsqlParameterCollection parameters) => _parameters = parameters;

    /// <summary>Values added so far.</summary>
    internal readonly int Count => _next;

    /// <summary>Adds the next value; null, also of a nullable value type, is NULL. The type of the server follows from <typeparamref name="T"/>.</summary>
    public void Add<T>(T value)
    {
        if (_next < _parameters.Count)
            ((NpgsqlParameter<T>)_parameters[_next]).TypedValue = value;
        else
            _parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        _next++;
    }

    /// <summary>Adds JSON text as jsonb; null is NULL.</summary>
    public void AddJson(string? value)
    {
        if (_next < _parameters.Count)
            ((NpgsqlParameter<string>)_parameters[_next]).TypedValue = value;
        else
            _parameters.Add(new NpgsqlParameter<string> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Jsonb });
        _next++;
    }
}
