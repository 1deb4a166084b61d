namespace EdgeDb.Core.Settings;

/// <summary>
/// A group of settings that may change while the service runs. Readers take <see cref="Current"/> once for what they do (a plain load, nothing is locked or
/// allocated) and see values that belong together; who has to do something about a change subscribes.
/// </summary>
/// <param name="first">The first value.</param>
internal sealed class Live<T>(T first)
    where T : class
{
    private T _current = first;

    /// <summary>Told after a change, one at a time, with the value that holds from now on. Handlers must not throw.</summary>
    public event Action<T>? Changed;

    /// <summary>The value that holds now. An immutable object.</summary>
    public T Current => Volatile.Read(ref _current);

    /// <summary>Makes a value hold from now on. Called by one thread at a time; an equal value changes nothing and is not told.</summary>
    public void Set(T value)
    {
        if (EqualityComparer<T>.Default.Equals(value, _current))
            return;
        Volatile.Write(ref _current, value);
        Changed?.Invoke(value);
    }
}
