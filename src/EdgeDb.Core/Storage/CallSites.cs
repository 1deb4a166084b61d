using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using EdgeDb.Core.Connections;

namespace EdgeDb.Core.Storage;

/// <summary>
/// Names what is read and written after the code that asks, for example "FeedStore.ListAsync". An operation runs several statements on one snapshot, so the
/// text of one of them would not say what it is, and timing each would cost more than many of them take.
/// </summary>
internal static class CallSites
{
    // Bounded by the number of lines that call: file names are constants of the compiler, told apart by reference.
    private static readonly ConcurrentDictionary<CallSite, QueryShape> Shapes = new();

    public static QueryShape Shape(QueryClass @class, string member, string file, int line)
    {
        var site = new CallSite(file, line);
        return Shapes.TryGetValue(site, out var shape)
            ? shape
            : Shapes.GetOrAdd(site, QueryShapes.Named($"{Path.GetFileNameWithoutExtension(file)}.{member}", @class));
    }

    private readonly struct CallSite(string file, int line) : IEquatable<CallSite>
    {
        private readonly string _file = file;
        private readonly int _line = line;

        public bool Equals(CallSite other) => ReferenceEquals(_file, other._file) && _line == other._line;

        public override bool Equals(object? obj) => obj is CallSite other && Equals(other);

        public override int GetHashCode() => (RuntimeHelpers.GetHashCode(_file) * 397) ^ _line;
    }
}
